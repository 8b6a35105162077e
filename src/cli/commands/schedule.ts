import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { historySchema, scheduledStartSchema, scheduleViewSchema } from '../../api/routes/schedule.ts';
import { EXIT } from '../../base/errors.ts';
import { readScheduleFile } from '../../daemon/scheduling.ts';
import { samplerSchemas } from '../../sample/registry.ts';
import { type Collision, collisionsIn, type Remark, remarksOn } from '../../schedule/collisions.ts';
import { timetable } from '../../schedule/timetable.ts';
import { instantArgument, wholeArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { collisionText, historyText, scheduleText } from '../schedule-text.ts';

interface JsonOption {
  json?: boolean;
}

const DAY_MS = 86_400_000;
/** A screenful, or two on a small one. */
const SHOWN_STARTS = 40;
/** The daemon tries every sampler twice and waits for a slow target before it answers. */
const START_LIMIT_MS = 60_000;

/** `soakd schedule`: what starts by itself, at a daemon; `check` looks at a file alone. */
export const schedule: CommandFile = (program, context) => {
  const { io, daemon } = context;
  const command = program
    .command('schedule')
    .helpCommand(false)
    .description('what starts by itself: next (also without a word), check, start, pause, resume, history')
    .addHelpText(
      'after',
      example('schedule --days 14', 'schedule check config/schedule.yaml', 'schedule start soak-72h'),
    );

  command
    // Options of its own: those of `schedule` itself would be taken for those of every command below it.
    .command('next', { isDefault: true })
    .description('the next starts of a daemon, and what becomes of each')
    .option('--days <count>', 'how far ahead', wholeArgument(1, 366), 7)
    .option('--all', `more than the first ${SHOWN_STARTS}`)
    .option('--json', 'as JSON')
    .addHelpText('after', example('schedule', 'schedule next --days 14'))
    .action(async ({ days, all, json }: JsonOption & { days: number; all?: true }) => {
      const view = await daemon().get(`/v1/schedule?days=${days}`, scheduleViewSchema);
      io.out(json ? `${JSON.stringify(view, null, 2)}\n` : scheduleText(view, days, all ? Infinity : SHOWN_STARTS));
    });
  check(command, context);
  operate(command, context);

  command
    .command('history')
    .description('what became of starts, newest first')
    .argument('[entry]', 'one entry; all when left out')
    .option('--limit <count>', 'at most so many', wholeArgument(1, 1000), 50)
    .option('--json', 'as JSON')
    .addHelpText('after', example('schedule history', 'schedule history soak-72h --limit 5'))
    .action(async (entry: string | undefined, { limit, json }: JsonOption & { limit: number }) => {
      const one = entry === undefined ? '' : `&entry=${encodeURIComponent(entry)}`;
      const { starts } = await daemon().get(`/v1/schedule/history?limit=${limit}${one}`, historySchema);
      io.out(json ? `${JSON.stringify({ starts }, null, 2)}\n` : historyText(starts));
    });
};

function operate(command: Command, { io, daemon }: CommandContext): void {
  command
    .command('start')
    .description('start an entry now, whatever its conflicts, limits and pauses')
    .argument('<entry>', 'name of an entry')
    .option('--json', 'as JSON')
    .addHelpText('after', example('schedule start health-check'))
    .action(async (entry: string, { json }: JsonOption) => {
      const path = `/v1/schedule/${encodeURIComponent(entry)}/start`;
      const start = await daemon().post(path, scheduledStartSchema, { limitMs: START_LIMIT_MS, body: { who: io.who } });
      if (json) io.out(`${JSON.stringify(start, null, 2)}\n`);
      else if (start.runId === null) io.say(`${entry}: ${start.reason}\n`);
      else io.out(`${start.runId}\n`);
    });
  for (const [verb, does] of [
    ['pause', 'nothing starts by itself until `resume`: one entry, or all'],
    ['resume', 'starts again; what fell into the pause is not made up for'],
  ] as const) {
    command
      .command(verb)
      .description(does)
      .argument('[entry]', 'one entry; all when left out')
      .addHelpText('after', example(`schedule ${verb}`, `schedule ${verb} peak-load`))
      .action(async (entry: string | undefined) => {
        const one = entry === undefined ? '' : `/${encodeURIComponent(entry)}`;
        const body = { who: io.who };
        await daemon().post(`/v1/schedule${one}/${verb}`, scheduleViewSchema, { body });
        io.say(`${entry ?? 'the schedule'} is ${verb === 'pause' ? 'paused' : 'resumed'}\n`);
      });
  }
}

function check(command: Command, { io, clock, exitWith }: CommandContext): void {
  command
    .command('check')
    .description('is the file right, do its profiles exist, and what collides within a year; exit code 1: not settled')
    .argument('[file]', 'a schedule', 'config/schedule.yaml')
    .option('--days <count>', 'how far ahead', wholeArgument(1, 3660), 366)
    .option('--from <instant>', 'ISO 8601 instant with its zone to begin at; now when left out', instantArgument)
    .option('--json', 'as JSON')
    .addHelpText('after', example('schedule check', 'schedule check my-schedule.yaml --days 60'))
    .action((file: string, { days, from, json }: JsonOption & { days: number; from?: number }) => {
      const { schedule } = readScheduleFile(
        resolve(io.cwd, file),
        {
          readFile: (path) => readFileSync(path, 'utf8'),
          samplerSchemas,
          systemTimezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        },
        null,
      );
      const fromMs = from ?? clock.now();
      const rows = timetable(schedule, { fromMs, untilMs: fromMs + days * DAY_MS });
      const collisions = collisionsIn(rows);
      const remarks = remarksOn(schedule, rows);
      const open = collisions.filter(({ dates }) => dates.some(({ problem }) => problem !== null));
      if (json) io.out(`${JSON.stringify(asJson(collisions, remarks), null, 2)}\n`);
      else for (const line of collisions.flatMap(collisionText)) io.out(`${line}\n`);
      for (const { entry, text } of remarks) io.say(`note: ${entry} ${text}\n`);
      const settled = collisions.length - open.length;
      const found =
        collisions.length === 0 ? 'nothing collides' : `${settled} collisions are settled, ${open.length} are not`;
      io.say(`${file}: ${schedule.entries.length} entries, ${rows.length} starts in ${days} days: ${found}\n`);
      exitWith(open.length === 0 ? EXIT.passed : EXIT.failed);
    });
}

const asJson = (collisions: readonly Collision[], remarks: readonly Remark[]): object => ({
  collisions: collisions.map(({ first, second, dates }) => ({ first: first.name, second: second.name, dates })),
  remarks,
});
