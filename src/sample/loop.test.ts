import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import type { NewEvent } from '../model/run.ts';
import type { Sample } from '../model/sample.ts';
import { knownIdentities } from './identities.ts';
import { runSampling, type SamplingOptions } from './loop.ts';
import { FailedReading, type Sampler } from './sampler.ts';
import type { SampledSource } from './source-reader.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');
const MINUTE = 60_000;

type Read = (signal: AbortSignal, clock: SimulatedClock) => Promise<(number | null)[]>;

function source(name: string, read: Read, clock: SimulatedClock, changes: Partial<Sampler> = {}): SampledSource {
  return {
    name,
    kind: 'scripted',
    role: 'target',
    sampler: {
      series: [{ name: 'value', unit: 'count', leakCandidate: false, memory: false }],
      cheap: true,
      read: (signal) => read(signal, clock),
      ...changes,
    },
  };
}

/** A loop over scripted sources in simulated time, and everything that it hands on. */
function play(
  reads: Record<string, Read | { read: Read; sampler: Partial<Sampler>; role?: SampledSource['role'] }>,
  changes: Partial<SamplingOptions> & { startMs?: number } = {},
) {
  const clock = new SimulatedClock(changes.startMs ?? NOON);
  const samples: Sample[] = [];
  const events: NewEvent[] = [];
  const missed: number[] = [];
  const stop = new AbortController();
  const done = runSampling({
    clock,
    random: seededRandom(1),
    intervalMs: MINUTE,
    sources: Object.entries(reads).map(([name, one]) =>
      typeof one === 'function'
        ? source(name, one, clock)
        : { ...source(name, one.read, clock, one.sampler), role: one.role ?? 'target' },
    ),
    onSamples: (some) => samples.push(...some),
    onEvent: (event) => events.push(event),
    onMissed: (intervals) => missed.push(intervals),
    signal: stop.signal,
    ...changes,
  });
  const of = (name: string): Sample[] => samples.filter(({ series }) => series === `${name}.value`);
  const kinds = (): string[] => events.map(({ kind }) => kind);
  return { clock, samples, events, missed, stop, done, of, kinds };
}

const hang: Read = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

describe('the sampling loop', () => {
  it('hands on one sample an interval, aligned to the wall clock, with minimum, mean, maximum and last', async () => {
    let next = 0;
    const { clock, of, stop, done } = play({ agent: async () => [++next] }, { startMs: NOON + 20_500 });
    await clock.advance(3 * MINUTE);
    stop.abort();
    await done;
    const samples = of('agent');
    expect(samples.map(({ atMs }) => atMs)).toEqual([0, 1, 2, 3].map((minute) => NOON + minute * MINUTE));
    const [, whole] = samples;
    expect(whole?.readings).toBe(6);
    expect(whole).toMatchObject({ min: (whole?.last ?? 0) - 5, max: whole?.last, mean: (whole?.last ?? 0) - 2.5 });
  });

  it('reads a costly source once an interval, at a phase of its own', async () => {
    const at: Record<string, number[]> = { a: [], b: [] };
    const costly = (name: string) => ({
      read: async (_: AbortSignal, clock: SimulatedClock) => {
        at[name]?.push(clock.now());
        return [1];
      },
      sampler: { cheap: false },
    });
    const { clock, stop, done } = play({ a: costly('a'), b: costly('b') });
    await clock.advance(4 * MINUTE);
    stop.abort();
    await done;
    const phases = (name: string): number[] => (at[name] ?? []).slice(1).map((ms) => ms % MINUTE);
    expect(phases('a')).toHaveLength(4);
    expect(new Set(phases('a')).size).toBe(1);
    expect(phases('a')[0]).not.toBe(phases('b')[0]);
  });

  it('gives null, never zero, while a source fails, and one event at each change of state', async () => {
    let broken = false;
    const { clock, of, events, stop, done } = play({
      redis: async () => {
        if (broken) throw new Error('connection refused');
        return [7];
      },
    });
    await clock.advance(MINUTE);
    broken = true;
    await clock.advance(3 * MINUTE);
    broken = false;
    await clock.advance(2 * MINUTE);
    stop.abort();
    await done;
    expect(of('redis').map(({ last }) => last)).toEqual([7, null, null, null, 7, 7]);
    expect(of('redis')[1]).toMatchObject({ min: null, mean: null, max: null, readings: 0 });
    expect(events.map(({ kind, message }) => [kind, message])).toEqual([
      ['source_failed', 'redis cannot be read: connection refused'],
      ['source_recovered', 'redis can be read again after 180.0 s'],
    ]);
    expect(events[0]?.data).toEqual({ source: 'redis', reason: 'connection refused' });
  });

  it('keeps what a failed reading still tells', async () => {
    const { clock, of, kinds, stop, done } = play({
      health: async () => {
        throw new FailedReading('connection refused', [0]);
      },
    });
    await clock.advance(MINUTE);
    stop.abort();
    await done;
    expect(of('health')[0]).toMatchObject({ last: 0, readings: 7 });
    expect(kinds()).toEqual(['source_failed']);
  });

  it('does not let a source that hangs delay another, and gives it up after five seconds', async () => {
    let readings = 0;
    const { clock, of, events, stop, done } = play({
      hung: hang,
      good: async () => {
        readings++;
        return [1];
      },
    });
    await clock.advance(10 * MINUTE);
    stop.abort();
    await done;
    expect(readings).toBe(61);
    expect(of('good').map((sample) => sample.readings)).toEqual([7, 6, 6, 6, 6, 6, 6, 6, 6, 6]);
    expect(of('hung').map(({ last }) => last)).toEqual(Array(10).fill(null));
    expect(events.map(({ kind, atMs }) => [kind, atMs])).toEqual([['source_failed', NOON + 5000]]);
    expect(events[0]?.message).toBe('hung cannot be read: no answer within 5 s');
  });

  it('never has two readings of one source under way, not even of one that ignores its signal', async () => {
    let underWay = 0;
    let most = 0;
    const first = Promise.withResolvers<void>();
    const { clock, of, kinds, stop, done } = play({
      deaf: async () => {
        most = Math.max(most, ++underWay);
        await first.promise;
        underWay--;
        return [1];
      },
    });
    await clock.advance(3 * MINUTE);
    expect(of('deaf').map(({ last }) => last)).toEqual([null, null, null]);
    expect(kinds()).toEqual(['source_failed']);
    // The answer that comes too late is of no interval; the reading after it is one again.
    first.resolve();
    await clock.advance(MINUTE);
    stop.abort();
    await done;
    expect(most).toBe(1);
    expect(of('deaf').map(({ last }) => last)).toEqual([null, null, null, 1]);
    expect(kinds()).toEqual(['source_failed', 'source_recovered']);
  });

  it('ends at once although a reading ignores its signal, and hands on the partial interval', async () => {
    const { clock, of, stop, done } = play({ deaf: () => new Promise(() => undefined), good: async () => [1] });
    await clock.advance(90_000);
    expect(of('good')).toHaveLength(1);
    stop.abort();
    await done;
    expect(of('good')).toHaveLength(2);
    expect(of('deaf').map(({ last }) => last)).toEqual([null, null]);
  });

  it('waits with an interval for the reading that began in it', async () => {
    const { clock, of, stop, done } = play(
      {
        slow: async (signal, clock) => {
          const startedMs = clock.now();
          await clock.sleep(3000, signal);
          return [startedMs];
        },
      },
      { intervalMs: 1000 },
    );
    await clock.advance(10_000);
    stop.abort();
    await done;
    const samples = of('slow');
    expect(samples.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 10 }, (_, at) => NOON + at * 1000));
    for (const { atMs, last } of samples) if (last !== null) expect(last - (last % 1000)).toBe(atMs);
    expect(samples.filter(({ last }) => last !== null).length).toBeGreaterThanOrEqual(2);
  });

  it('counts the intervals that a suspended machine slept through, and carries on after', async () => {
    const { clock, of, events, missed, stop, done } = play({ agent: async () => [1] });
    await clock.advance(90_000);
    clock.step(5 * MINUTE);
    await clock.advance(90_000);
    stop.abort();
    await done;
    expect(missed).toEqual([4]);
    expect(events).toEqual([
      {
        atMs: NOON + 6 * MINUTE,
        kind: 'ticks_missed',
        severity: 'warning',
        message: '4 sampling intervals were missed: the machine slept, soakd stood still or the clock was set forward',
        data: { intervals: 4, fromMs: NOON + 2 * MINUTE, untilMs: NOON + 6 * MINUTE, cause: 'clock' },
      },
    ]);
    expect(of('agent').map(({ atMs }) => (atMs - NOON) / MINUTE)).toEqual([0, 1, 6, 7]);
  });

  it('goes on reading when the clock is set back', async () => {
    let readings = 0;
    const { clock, missed, stop, done } = play({
      agent: async () => {
        readings++;
        return [1];
      },
    });
    await clock.advance(MINUTE);
    clock.step(-60 * MINUTE);
    const before = readings;
    await clock.advance(2 * MINUTE);
    stop.abort();
    await done;
    expect(readings - before).toBeGreaterThanOrEqual(11);
    expect(missed).toEqual([]);
  });

  it('tells who is read, and that the target was restarted, at the time when it began', async () => {
    const process = { pid: 10, startedMs: NOON - MINUTE };
    const sampler: Partial<Sampler> = {
      identity: () => `pid ${process.pid}`,
      startedMs: () => process.startedMs,
    };
    const { clock, events, stop, done } = play({ agent: { read: async () => [1], sampler } });
    await clock.advance(MINUTE);
    process.pid = 11;
    process.startedMs = clock.now() + 200;
    await clock.advance(MINUTE);
    stop.abort();
    await done;
    expect(events.map(({ kind }) => kind)).toEqual(['target_identified', 'target_restarted']);
    expect(events[1]).toMatchObject({
      atMs: NOON + MINUTE + 200,
      severity: 'error',
      message: 'agent was restarted: it was pid 10, now it is pid 11',
      data: { source: 'agent', before: 'pid 10', identity: 'pid 11' },
    });
  });

  it('tells a restart of a dependency as what it is, also one that nobody saw happen', async () => {
    const server = { runId: 'b' };
    const sampler: Partial<Sampler> = { identity: () => `run ${server.runId}` };
    const { clock, events, stop, done } = play(
      { cache: { read: async () => [1], sampler, role: 'dependency' } },
      { known: knownIdentities([{ kind: 'dependency_identified', data: { source: 'cache', identity: 'run a' } }]) },
    );
    await clock.advance(MINUTE);
    server.runId = 'c';
    await clock.advance(MINUTE);
    stop.abort();
    await done;
    expect(events.map(({ kind, severity }) => [kind, severity])).toEqual([
      ['dependency_restarted', 'warning'],
      ['dependency_restarted', 'warning'],
    ]);
    expect(knownIdentities(events)).toEqual(new Map([['cache', 'run c']]));
  });

  it('sees a restart that happened while no process of ours looked', async () => {
    const { clock, events, stop, done } = play(
      { agent: { read: async () => [1], sampler: { identity: () => 'pid 11' } } },
      { known: new Map([['agent', 'pid 10']]) },
    );
    await clock.advance(1000);
    stop.abort();
    await done;
    expect(events.map(({ kind }) => kind)).toEqual(['target_restarted']);
  });

  it('treats a reading of the wrong length as failed', async () => {
    const { clock, of, events, stop, done } = play({ odd: async () => [1, 2] });
    await clock.advance(1000);
    stop.abort();
    await done;
    expect(of('odd')[0]?.last).toBeNull();
    expect(events[0]?.message).toContain('gave 2 values for 1 series');
  });

  it('rejects when what it hands on cannot be taken', async () => {
    const { clock, done } = play(
      { agent: async () => [1] },
      {
        onSamples: () => {
          throw new Error('queue is closed');
        },
      },
    );
    const rejected = expect(done).rejects.toThrow('queue is closed');
    await clock.advance(2 * MINUTE);
    await rejected;
  });

  it('gives every interval of 72 hours for 50 series', async () => {
    const fifty = Object.fromEntries(
      Array.from({ length: 5 }, (_, at) => [
        `source${at}`,
        {
          read: async () => Array.from({ length: 10 }, (_, series) => series),
          sampler: {
            series: Array.from({ length: 10 }, (_, series) => ({
              name: `value${series}`,
              unit: 'count' as const,
              leakCandidate: false,
              memory: false,
            })),
          },
        },
      ]),
    );
    const { clock, samples, events, stop, done } = play(fifty);
    await clock.advance(72 * 60 * MINUTE);
    stop.abort();
    await done;
    expect(events).toEqual([]);
    const keys = new Set(samples.map(({ series, atMs }) => `${series}@${atMs}`));
    expect(keys.size).toBe(samples.length);
    // One more each: the first reading of the interval that begins as the 72 hours end may be in.
    expect(samples.filter(({ atMs }) => atMs < NOON + 72 * 60 * MINUTE)).toHaveLength(50 * 72 * 60);
  });
});
