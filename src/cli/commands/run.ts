import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeError, EXIT, SoakdError } from '../../base/errors.ts';
import { makeFolder } from '../../base/folder.ts';
import { UndoStack } from '../../base/undo.ts';
import { visible } from '../../base/visible.ts';
import { writeReportFiles } from '../../daemon/report-files.ts';
import { type House, runFolderIn, wire } from '../../daemon/wire.ts';
import { isFinal, type Run } from '../../model/run.ts';
import type { RunSignal } from '../../soak/control.ts';
import { durationArgument, instantArgument, labelArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { exitCodeOf } from '../exit-code.ts';
import { foregroundLog } from '../foreground-log.ts';
import type { Interrupt } from '../io.ts';
import { presses } from '../presses.ts';
import { Progress } from '../progress.ts';
import { badProfile, readProfile } from '../read-profile.ts';
import { verdictTable } from '../verdict-table.ts';

interface RunOptions {
  target?: string;
  rehearse?: number;
  startAt?: number;
  label?: Record<string, string>;
  out?: string;
  json?: boolean;
}

/** `soakd run PROFILE`: one soak in the foreground, from profile to verdict. */
export const run: CommandFile = (program, context) => {
  program
    .command('run')
    .description('one soak in the foreground; Ctrl-C once finishes it properly, twice kills it')
    .argument('<profile>', 'profile to run')
    .option('--target <url>', 'what to soak; overrules the profile')
    .option(
      '--rehearse <duration>',
      'compress the whole profile into this time, to see whether all is wired',
      durationArgument,
    )
    .option('--start-at <instant>', 'ISO 8601 instant to start at, with its zone', instantArgument)
    .option(
      '--label <key=value>',
      'kept with the run; may come again. Gates ask for `build`, retention spares what has `keep`',
      labelArgument,
    )
    .option('--out <folder>', 'write the report there as well')
    .option('--json', 'run and verdict as JSON on stdout')
    .addHelpText(
      'after',
      example('run loadprofiles/smoke-10m.yaml --target http://127.0.0.1:3000', 'run my-service.yaml --rehearse 6m'),
    )
    .action(async (profile: string, options: RunOptions) => {
      const undo = new UndoStack(context.clock);
      try {
        await soakInForeground(profile, options, context, undo);
      } finally {
        for (const { name, reason } of await undo.unwind()) context.io.say(`soakd: cannot ${name}: ${reason}\n`);
      }
    });
};

async function soakInForeground(
  file: string,
  options: RunOptions,
  context: CommandContext,
  undo: UndoStack,
): Promise<void> {
  const { io, clock, surroundings, exitWith } = context;
  const read = readProfile(file, io.cwd, options.target);
  if (!read.ok) throw badProfile(read.problems);
  for (const { path, problem, hint } of read.warnings) io.say(`warning: ${visible(`${path}: ${problem}; ${hint}`)}\n`);
  const targetUrl = read.profile.targetUrl;
  if (targetUrl === null) {
    throw new SoakdError('the profile names no target', {
      code: 'target_missing',
      hint: 'give one with --target URL',
      exitCode: EXIT.badInput,
    });
  }

  const out = options.out === undefined ? null : resolve(io.cwd, options.out);
  // Made now: a report that cannot be written must not be found out after three days. Others may read it.
  if (out !== null) makeFolder(out, '--out', 0o777);

  const progress = new Progress(io);
  const house = await wire({ ...surroundings(), log: foregroundLog((text) => progress.note(text)) }, undo);
  const { soaks, store } = house;
  for (const orphan of await soaks.recover({ mode: 'end', targetUrl, who: io.who })) {
    progress.note(`finishing run ${orphan.id}, which was left behind`);
    await soaks.left(orphan.id);
  }

  const started = await soaks.start({
    profileSource: read.source,
    profileName: file,
    targetUrl,
    who: io.who,
    idempotencyKey: randomUUID(),
    ...(options.rehearse === undefined ? {} : { rehearseMs: options.rehearse }),
    ...(options.startAt === undefined ? {} : { startAtMs: options.startAt }),
    ...(options.label === undefined ? {} : { labels: options.label }),
  });
  progress.note(
    `run ${started.id} on ${targetUrl}${started.rehearsal ? `, rehearsed ${Math.round(started.compression)} times faster` : ''}`,
  );
  undo.push('stop listening to the run', soaks.subscribe(showSignals(started, progress, () => clock.now())));
  const ticking = new AbortController();
  undo.push('stop the progress line', () => ticking.abort());
  const ticks = showProgress(house, started, progress, context, ticking.signal);
  undo.push('let go of Ctrl-C', io.onInterrupt(interruptions(house, started, progress, context)));

  await soaks.left(started.id);
  ticking.abort();
  await ticks;
  progress.end();

  const verdict = await store.verdict(started.id);
  if (verdict === null) {
    throw new SoakdError(`run ${started.id} ended without a verdict`, {
      code: 'run_broken_off',
      hint: 'its rows are stored: `soakd daemon`, or another run on this target, finishes it',
      exitCode: EXIT.aborted,
    });
  }
  if (out !== null) await writeReportFiles(house, started.id, out, verdict);
  const reportFile = join(out ?? runFolderIn(house.dataFolder, started.id), 'report.md');
  const report = existsSync(reportFile) ? reportFile : null;
  const reportLine = `report: ${report ?? `not written; \`soakd report ${started.id}\` prints it`}\n`;
  if (options.json) io.out(`${JSON.stringify({ run: started.id, report, verdict }, null, 2)}\n`);
  else io.out(`${verdictTable(verdict, io)}\n\n${visible(verdict.headline)}\n${reportLine}`);
  exitWith(exitCodeOf(verdict));
}

function showSignals(run: Run, progress: Progress, nowMs: () => number): (signal: RunSignal) => void {
  return (signal) => {
    if (signal.runId !== run.id) return;
    // The reason of a final state is the verdict's headline, which names the outcome itself.
    if (signal.type === 'state')
      progress.note(isFinal(signal.state) ? signal.reason : `${signal.state.replace('_', ' ')}: ${signal.reason}`);
    else if (signal.type === 'event' && signal.event.severity !== 'info')
      progress.note(`${signal.event.severity}: ${signal.event.message}`);
    else if (signal.type === 'status') progress.show(signal.status, nowMs());
  };
}

/** The line goes on while nothing happens. */
async function showProgress(
  { soaks }: House,
  { id }: Run,
  progress: Progress,
  { clock }: CommandContext,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const status = soaks.status(id);
    if (status !== null) progress.show(status, clock.now());
    await clock.sleep(1000, signal).catch(() => undefined);
  }
}

/** First press: stop the run and finish properly. Second: kill the load and leave. */
function interruptions(
  { soaks }: House,
  { id }: Run,
  progress: Progress,
  { io, clock }: CommandContext,
): (signal: Interrupt) => void {
  const told = (thrown: unknown): void => progress.note(`soakd: ${describeError(thrown)}`);
  const finish = (): void => {
    if (soaks.status(id)?.state === 'finishing') {
      progress.note('the run is finishing already; once more to kill');
    } else {
      progress.note('stopping: verdict and report follow; once more to kill');
      soaks.act(id, { kind: 'stop', who: io.who }).catch(told);
    }
  };
  const listener = presses(clock, finish, () => void soaks.kill().catch(told));
  return (signal) => {
    if (signal === 'SIGHUP' && io.keepsOnHangup) progress.note('the terminal is gone; the run goes on, as under nohup');
    else listener(signal);
  };
}
