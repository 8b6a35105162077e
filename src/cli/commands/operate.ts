import type { Command } from 'commander';
import { actionSchema } from '../../api/schemas.ts';
import { formatDuration } from '../../base/duration.ts';
import { durationArgument, factorArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { meantRun, runPath } from '../live-run.ts';

interface JsonOption {
  json?: boolean;
}

/** `stop`, `rate`, `pause`, `resume`, `extend`, `annotate`: what an operator does to a live run; each leaves an audit row. */
export const operate: CommandFile = (program, context) => {
  const command = (name: string, description: string, ...examples: string[]): Command =>
    program
      .command(name)
      .description(description)
      .option('--json', 'the audit row as JSON')
      .addHelpText('after', example(...examples));
  const RUN = 'a live run';

  command('stop', 'finish a live run now: verdict and report, as aborted', 'stop', 'stop 20261121T120000Z-3f9a')
    .argument('[run]', `${RUN}; the only one when left out`)
    .action((run: string | undefined, options: JsonOption) =>
      act(context, run, { kind: 'stop' }, options, 'finishing'),
    );

  command('pause', 'offer no load until `resume`; the time does not count', 'pause')
    .argument('[run]', `${RUN}; the only one when left out`)
    .action((run: string | undefined, options: JsonOption) => act(context, run, { kind: 'pause' }, options, 'paused'));

  command('resume', 'offer load again after `pause`', 'resume')
    .argument('[run]', `${RUN}; the only one when left out`)
    .action((run: string | undefined, options: JsonOption) =>
      act(context, run, { kind: 'resume' }, options, 'resumed'),
    );

  command('rate', 'multiply the planned rate of a live run', 'rate 20261121T120000Z-3f9a 1.5 --for 1h')
    .argument('<run>', RUN)
    .argument('<factor>', 'of the planned rate; 1 takes an earlier factor back', factorArgument)
    .option('--for <duration>', 'then back to the factor before it; until the end when left out', durationArgument)
    .action((run: string, factor: number, options: JsonOption & { for?: number }) => {
      const until = options.for === undefined ? 'until the end' : `for ${formatDuration(options.for)}`;
      const body = { kind: 'rate', factor, forMs: options.for ?? null };
      return act(context, run, body, options, `the planned rate times ${factor} ${until}`);
    });

  command('extend', 'let a live run go on for longer', 'extend 20261121T120000Z-3f9a 12h')
    .argument('<run>', RUN)
    .argument('<duration>', 'added to its end', durationArgument)
    .action((run: string, byMs: number, options: JsonOption) =>
      act(context, run, { kind: 'extend', byMs }, options, `ends ${formatDuration(byMs)} later`),
    );

  command(
    'annotate',
    'a note on a live run, for its report',
    'annotate 20261121T120000Z-3f9a "failover of the database"',
  )
    .argument('<run>', RUN)
    .argument('<text...>', 'what happened')
    .action((run: string, text: string[], options: JsonOption) =>
      act(context, run, { kind: 'annotate', text: text.join(' ') }, options, 'noted'),
    );
};

async function act(
  { io, daemon }: CommandContext,
  given: string | undefined,
  { kind, ...rest }: { kind: string; [field: string]: unknown },
  options: JsonOption,
  done: string,
): Promise<void> {
  const client = daemon();
  const id = await meantRun(client, given);
  const isNote = kind === 'annotate';
  const action = await client.post(runPath(id, isNote ? '/annotations' : '/actions'), actionSchema, {
    body: { ...(isNote ? {} : { kind }), ...rest, who: io.who },
  });
  if (options.json) io.out(`${JSON.stringify(action, null, 2)}\n`);
  else io.say(`run ${id}: ${done}\n`);
}
