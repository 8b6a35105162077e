import { z } from 'zod';
import { alertPageSchema } from '../../api/alert-schemas.ts';
import { runEventSchema, runStatusSchema } from '../../api/schemas.ts';
import { backoffMs } from '../../base/backoff.ts';
import { describeError, SoakdError } from '../../base/errors.ts';
import { seededRandom } from '../../base/random.ts';
import { alertsText } from '../alert-text.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';
import { liveRuns } from '../live-run.ts';
import { Progress } from '../progress.ts';
import { statusText } from '../status-text.ts';

/** `soakd status`: the live runs of a daemon, once or as they go. */
export const status: CommandFile = (program, context) => {
  const { io, daemon } = context;
  program
    .command('status')
    .description('how the live runs of a daemon stand now')
    .option('--watch', 'go on until Ctrl-C: a line of progress, and events as they happen')
    .option('--json', 'as JSON; with --watch one object a line')
    .addHelpText('after', example('status', 'status --watch', 'status --json --url http://soak-host:8089'))
    .action(async (options: { watch?: boolean; json?: boolean }) => {
      if (options.watch) {
        await watch(context, options.json ?? false);
        return;
      }
      const client = daemon();
      const live = await liveRuns(client);
      if (options.json) io.out(`${JSON.stringify({ live }, null, 2)}\n`);
      else if (live.length === 0) io.say('no run is live; `soakd runs` lists those that are over\n');
      else io.out(`${live.map((one) => statusText(one, io)).join('\n\n')}\n`);
      if (options.json) return;
      const { alerts } = await client.get('/v1/alerts?limit=20', alertPageSchema);
      if (alerts.length > 0) io.out(`\n${alertsText(alerts, context.clock.now())}\n`);
    });
};

const told = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: runStatusSchema }),
  z.object({ type: z.literal('state'), runId: z.string(), state: z.string(), reason: z.string() }),
  z.object({ type: z.literal('event'), runId: z.string(), event: runEventSchema }),
]);

const RECONNECT = { baseMs: 1_000, maxMs: 15_000 };

/** Follows the stream; a daemon that restarts is waited for, and what was missed meanwhile comes first. */
async function watch({ io, daemon, clock }: CommandContext, json: boolean): Promise<void> {
  const client = daemon();
  const progress = new Progress(io);
  const random = seededRandom(io.system.pid);
  const leaving = new AbortController();
  const release = io.onInterrupt(() => leaving.abort());
  let lastEventId = '';
  let connectedBefore = false;
  try {
    if ((await liveRuns(client)).length === 0) progress.note('no run is live; waiting for one');
    for (let attempt = 0; !leaving.signal.aborted; attempt++) {
      try {
        for await (const sent of client.stream('/v1/stream', lastEventId, leaving.signal)) {
          connectedBefore = true;
          attempt = 0;
          lastEventId = sent.lastEventId || lastEventId;
          const message = told.safeParse({ type: sent.type, ...JSON.parse(sent.data) });
          if (!message.success) continue;
          if (json) io.out(`${JSON.stringify(message.data)}\n`);
          else show(message.data, progress, clock.monotonicMs());
        }
      } catch (thrown) {
        if (!connectedBefore || !(thrown instanceof SoakdError) || thrown.code !== 'daemon_unreachable') throw thrown;
        progress.note(`${describeError(thrown)}; trying again`);
      }
      await clock.sleep(backoffMs(RECONNECT, attempt, random), leaving.signal).catch(() => undefined);
    }
  } finally {
    release();
    progress.end();
  }
}

function show(message: z.infer<typeof told>, progress: Progress, nowMs: number): void {
  if (message.type === 'status') progress.show(message.status, nowMs);
  else if (message.type === 'state')
    progress.note(`${message.runId} ${message.state.replace('_', ' ')}: ${message.reason}`);
  else progress.note(`${message.runId} ${message.event.severity}: ${message.event.message}`);
}
