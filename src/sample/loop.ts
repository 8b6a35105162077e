import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { NewEvent } from '../model/run.ts';
import type { Sample } from '../model/sample.ts';
import { intervalStart, slotsOf } from './slots.ts';
import { type SampledSource, SourceReader } from './source-reader.ts';

export interface SamplingOptions {
  clock: Clock;
  /** Gives each source its phase. */
  random: Random;
  /** Of the samples, aligned to the wall clock; at least a second. */
  intervalMs: number;
  sources: readonly SampledSource[];
  /** By source name, who was read before this process began: see `knownIdentities`. */
  known?: ReadonlyMap<string, string>;
  /**
   * Samples of intervals that are over, all sources together; those of a source whose reading took longer than its
   * interval follow when it ends. Each series in order of time. Must not block: whoever stores them queues them.
   */
  onSamples: (samples: Sample[]) => void;
  onEvent: (event: NewEvent) => void;
  /** Intervals that passed without a chance to read. */
  onMissed?: (intervals: number) => void;
  signal: AbortSignal;
}

/** A wall clock that was set back is noticed within this time. */
const LONGEST_SLEEP_MS = 10_000;

/**
 * Reads every source at its own phase of each interval until `signal` aborts, then hands on the partial interval and
 * resolves. Sources do not wait for each other: a reading is started and left alone until it ends or is given up.
 * Rejects only when `onSamples`, `onEvent` or `onMissed` throws.
 */
export async function runSampling(options: SamplingOptions): Promise<void> {
  const { clock, random, sources, known, onEvent } = options;
  const intervalMs = Math.max(1000, Math.round(options.intervalMs));
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const broken: unknown[] = [];

  const handOn = (samples: Sample[]): void => {
    if (samples.length > 0) options.onSamples(samples);
  };
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      broken.push(thrown);
      stop.abort();
    }
  };

  const readers = sources.map((source) => {
    const reader: SourceReader = new SourceReader(source, {
      clock,
      intervalMs,
      slots: slotsOf(intervalMs, source.sampler.cheap, random),
      knownIdentity: known?.get(source.name) ?? null,
      onEvent: (event) => guarded(() => onEvent(event)),
      onSettled: () => guarded(() => handOn(reader.takeComplete(clock.now()))),
    });
    return reader;
  });

  let before: Moment = { intervalStartMs: intervalStart(clock.now(), intervalMs), monotonicMs: clock.monotonicMs() };
  while (!signal.aborted) {
    const nowMs = clock.now();
    const monotonicMs = clock.monotonicMs();
    const current = intervalStart(nowMs, intervalMs);
    if (current !== before.intervalStartMs) {
      guarded(() => {
        const noChance = readers.some((reader) => !reader.hasInterval(before.intervalStartMs));
        const missed = missedIntervals(before, { intervalStartMs: current, monotonicMs }, intervalMs, noChance);
        handOn(readers.flatMap((reader) => reader.takeComplete(nowMs)));
        if (missed !== null) {
          onEvent(missed.event);
          options.onMissed?.(missed.intervals);
        }
      });
      before = { intervalStartMs: current, monotonicMs };
    }
    for (const reader of readers) reader.tick(nowMs, monotonicMs);
    try {
      await clock.sleep(sleepMs(readers, { nowMs, monotonicMs, intervalEndMs: current + intervalMs }), signal);
    } catch {
      break;
    }
  }
  guarded(() => handOn(readers.flatMap((reader) => reader.stop())));
  if (broken.length > 0) throw broken[0];
}

interface Moment {
  intervalStartMs: number;
  monotonicMs: number;
}

/** A busy machine delays a reading by a second now and then: below this it is no warning. */
const SHORT_MS = 10_000;

/**
 * Intervals between two looks of the loop in which nothing, or not every source, could be read: the event loop stood
 * still, the machine was suspended, or the wall clock was set forward. Null when there are none.
 */
export function missedIntervals(
  before: Moment,
  now: Moment,
  intervalMs: number,
  endedWithoutReading: boolean,
): { intervals: number; event: NewEvent } | null {
  const skipped = Math.max(0, Math.round((now.intervalStartMs - before.intervalStartMs) / intervalMs) - 1);
  const late = now.intervalStartMs > before.intervalStartMs && endedWithoutReading ? 1 : 0;
  const intervals = skipped + late;
  if (intervals === 0) return null;
  const fromMs = before.intervalStartMs + (1 - late) * intervalMs;
  // Time that passed on the wall only was slept through by the machine, or never was.
  const stalled = now.monotonicMs - before.monotonicMs >= intervals * intervalMs;
  const cause = stalled ? 'stalled' : 'clock';
  const why = stalled
    ? 'soakd or its machine was too busy'
    : 'the machine slept, soakd stood still or the clock was set forward';
  const what = intervals === 1 ? '1 sampling interval was' : `${intervals} sampling intervals were`;
  return {
    intervals,
    event: {
      atMs: now.intervalStartMs,
      kind: 'ticks_missed',
      severity: intervals * intervalMs < SHORT_MS ? 'info' : 'warning',
      message: `${what} missed: ${why}`,
      data: { intervals, fromMs, untilMs: fromMs + intervals * intervalMs, cause },
    },
  };
}

/** Until something is due: a reading, the end of a reading's time, or the end of the interval. */
function sleepMs(
  readers: readonly SourceReader[],
  at: { nowMs: number; monotonicMs: number; intervalEndMs: number },
): number {
  let ms = Math.min(LONGEST_SLEEP_MS, at.intervalEndMs - at.nowMs);
  for (const { nextAtMs, limitAtMonotonicMs } of readers) {
    ms = Math.min(ms, nextAtMs - at.nowMs);
    if (limitAtMonotonicMs !== null) ms = Math.min(ms, limitAtMonotonicMs - at.monotonicMs);
  }
  return Math.max(1, ms);
}
