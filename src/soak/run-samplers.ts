import { sleepUntil } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { UndoStack } from '../base/undo.ts';
import type { SamplerSpec } from '../model/profile.ts';
import type { NewEvent } from '../model/run.ts';
import type { Sample } from '../model/sample.ts';
import { sampleIntervalMs } from '../plan/sample-interval.ts';
import { knownIdentities } from '../sample/identities.ts';
import { runSampling } from '../sample/loop.ts';
import { samplesMissed } from '../sample/samples-missed.ts';
import { type SampledSource, seriesOf } from '../sample/source-reader.ts';
import { roleOf, startSampler } from '../sample/start-sampler.ts';
import type { SoakContext } from './context.ts';
import type { LiveRun } from './live-run.ts';

/**
 * Reads the target's sources, k6 and soakd itself each interval until `signal` aborts; the interval under way is
 * stored too. Samples are stored in order and never waited for: a slow store delays no reading.
 */
export async function runSamplers(live: LiveRun, context: SoakContext, signal: AbortSignal): Promise<void> {
  const { clock, random, store, settings, log } = context;
  const { run } = live;
  try {
    await sleepUntil(clock, live.plan.startMs - settings.leadMs, signal, 60_000);
  } catch {
    return;
  }
  const undo = new UndoStack(clock);
  let writes: Promise<unknown> = Promise.resolve();
  const write = (what: string, work: () => Promise<unknown>): void => {
    writes = writes.then(work).catch((thrown: unknown) => {
      log.error({ run: run.id, reason: describeError(thrown) }, `${what} could not be stored`);
    });
  };
  try {
    const sources = await startSources(live, context, undo);
    const series = seriesOf(sources);
    await store.addSeries(run.id, series);
    live.addSeries(series);
    const intervalMs = sampleIntervalMs(run.profile.monitoring.intervalMs, run.compression);
    const events = await store.events(run.id);
    const missed = samplesMissed({
      sources: sources.map(({ name }) => name),
      sampledUntil: live.projection.sampledUntil(),
      events,
      beginMs: live.plan.startMs - settings.leadMs,
      nowMs: clock.now(),
      endMs: live.plan.endMs,
      intervalMs,
    });
    if (missed !== null) {
      live.missedTicks += Number(missed.data.intervals);
      write('an event', () => live.note(missed));
    }
    await runSampling({
      clock,
      random,
      intervalMs,
      sources,
      known: knownIdentities(events),
      onSamples: (samples: Sample[]) => {
        live.addSamples(samples);
        write('samples', () => store.addSamples(run.id, samples));
      },
      onEvent: (event: NewEvent) => write('an event', () => live.note(event)),
      onMissed: (intervals) => {
        live.missedTicks += intervals;
      },
      signal,
    });
    await writes;
  } finally {
    for (const { name, reason } of await undo.unwind()) log.warn({ run: run.id, reason }, `cannot ${name}`);
  }
}

/** Every source of the profile that can be started, then our own two. One that cannot is an event, and the rest goes on. */
async function startSources(live: LiveRun, context: SoakContext, undo: UndoStack): Promise<SampledSource[]> {
  const sources: SampledSource[] = [];
  for (const spec of live.run.profile.monitoring.samplers) {
    try {
      sources.push(await startSource(spec, live, context, undo));
    } catch (thrown) {
      await live.note({
        atMs: context.clock.now(),
        kind: 'source_failed',
        severity: 'error',
        message: `${spec.name} cannot be sampled at all: ${describeError(thrown)}`,
        data: { source: spec.name, reason: describeError(thrown) },
      });
    }
  }
  return [...sources, ...context.ownSources(() => live.process?.row ?? null, undo)];
}

async function startSource(
  spec: SamplerSpec,
  live: LiveRun,
  { clock, secret, samplerPlugins }: SoakContext,
  undo: UndoStack,
): Promise<SampledSource> {
  const { targetUrl } = live.run;
  const sampler = await startSampler(spec, samplerPlugins, { clock, undo, targetUrl, secret });
  return { name: spec.name, kind: spec.kind, role: roleOf(spec, samplerPlugins), sampler };
}
