import { z } from 'zod';
import { outcomeOf } from '../../api/outcome.ts';
import { type RunSummary, runSummarySchema, summaryOf } from '../../api/schemas.ts';
import { isoTime } from '../../base/iso-time.ts';
import { holderAliveOn } from '../../daemon/holder.ts';
import { isFinal } from '../../model/run.ts';
import type { Outcome4 } from '../../model/verdict.ts';
import { livingLease } from '../../soak/lease.ts';
import { formatDuration } from '../../verdict/quantity.ts';
import { wholeArgument } from '../arguments.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { withStore } from '../stored.ts';
import { table } from '../table.ts';

const answer = z.object({ runs: z.array(runSummarySchema) });

/** `soakd runs`: what there is, newest first; from the store, or from a daemon when one is named. */
export const runs: CommandFile = (program, context) => {
  const { io, globals } = context;
  program
    .command('runs')
    .description('list runs, newest first: from the data folder, or from the daemon that --url names')
    .option('--limit <count>', 'at most so many', wholeArgument(1, 500), 50)
    .option('--json', 'as JSON')
    .addHelpText('after', example('runs', 'runs --json --limit 5'))
    .action(async ({ limit, json }: { limit: number; json?: boolean }) => {
      const list = globals().url === null ? await fromStore(context, limit) : await fromDaemon(context, limit);
      if (json) io.out(`${JSON.stringify({ runs: list }, null, 2)}\n`);
      else if (list.length === 0) io.say('no runs yet\n');
      else io.out(`${table([HEAD, ...list.map(cellsOf)])}\n`);
    });
};

const HEAD = ['run', 'state', 'profile', 'target', 'start', 'length'];

/** A rehearsal with what it would have been: `rehearsed` alone says only that it is over. */
export const stateText = ({ state, outcome }: Pick<RunSummary, 'state' | 'outcome'>): string =>
  state === 'rehearsed' && outcome !== null ? WOULD[outcome] : state.replace('_', ' ');

const WOULD: Record<Outcome4, string> = {
  passed: 'rehearsed: would pass',
  failed: 'rehearsed: would fail',
  inconclusive: 'rehearsed: would be inconclusive',
  aborted: 'rehearsal aborted',
};

const cellsOf = (run: RunSummary): string[] => [
  run.id,
  stateText(run),
  run.rehearsal ? `${run.name} (rehearsal)` : run.name,
  run.targetUrl,
  isoTime(run.startMs).slice(0, 19).replace('T', ' '),
  formatDuration(Math.max(0, (run.endedMs ?? run.endMs) - run.startMs)),
];

/** From the store a run is live when the process that holds it is, whichever that may be. */
const fromStore = (context: CommandContext, limit: number): Promise<RunSummary[]> =>
  withStore(context, async (store) => {
    const { io, clock } = context;
    const owners = { store, clock, holderAlive: holderAliveOn(io.system.host) };
    const summaries: RunSummary[] = [];
    for (const run of await store.runs({ limit })) {
      const { state, endedMs } = run;
      const live = !isFinal(state) && (await livingLease(owners, run)) !== null;
      const [actions, outcome] = await Promise.all([store.actions(run.id), outcomeOf(store, run, state)]);
      summaries.push(summaryOf(run, { state, outcome, endedMs, live, actions }));
    }
    return summaries;
  });

const fromDaemon = async ({ daemon }: CommandContext, limit: number): Promise<RunSummary[]> =>
  (await daemon().get(`/v1/runs?limit=${limit}`, answer)).runs;
