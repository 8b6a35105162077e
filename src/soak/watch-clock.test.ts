import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../base/simulated-clock.ts';
import type { NewEvent } from '../model/run.ts';
import { clockEvent, watchClock } from './watch-clock.ts';

const before = { wallMs: 1_000_000, monotonicMs: 5_000, bootMs: 80_000 };
const later = (wallMs: number, monotonicMs: number, bootMs: number | null) => ({
  wallMs: before.wallMs + wallMs,
  monotonicMs: before.monotonicMs + monotonicMs,
  bootMs: bootMs === null ? null : before.bootMs + bootMs,
});

describe('the clocks of the machine', () => {
  it('say nothing while they agree, nor when NTP slews or a tick is a little late', () => {
    expect(clockEvent(before, later(1000, 1000, 1000), 1000)).toBeNull();
    expect(clockEvent(before, later(1001, 1000, 1010), 1000)).toBeNull();
    expect(clockEvent(before, later(3000, 3000, 3000), 1000)).toBeNull();
  });

  it('tell a step of the wall clock in both directions', () => {
    expect(clockEvent(before, later(3_601_000, 1000, 1000), 1000)).toMatchObject({
      kind: 'clock_stepped',
      data: { stepMs: 3_600_000 },
    });
    expect(clockEvent(before, later(-600, 1000, 1000), 1000)).toMatchObject({
      kind: 'clock_stepped',
      message: 'the wall clock was stepped back by 1.6 s',
    });
  });

  it('tell a suspended machine from a step by its boot time', () => {
    expect(clockEvent(before, later(601_000, 1000, 601_000), 1000)).toMatchObject({
      kind: 'machine_suspended',
      data: { suspendedMs: 600_000, fromMs: before.wallMs, untilMs: before.wallMs + 601_000 },
    });
    expect(clockEvent(before, later(601_000, 1000, null), 1000)).toMatchObject({ kind: 'clock_stepped' });
  });

  it('tell when soakd itself was stopped', () => {
    expect(clockEvent(before, later(31_000, 31_000, 31_000), 1000)).toMatchObject({
      kind: 'daemon_stalled',
      data: { stalledMs: 30_000 },
    });
  });

  it('are watched each second, and one step is one event', async () => {
    const clock = new SimulatedClock(1_790_000_000_000);
    const seen: NewEvent[] = [];
    const stop = new AbortController();
    const watching = watchClock({
      clock,
      periodMs: 1000,
      bootMs: () => clock.monotonicMs(),
      onEvent: (event) => seen.push(event),
      signal: stop.signal,
    });
    await clock.advance(10_500);
    clock.step(-7_200_000);
    await clock.advance(1_000);
    expect(seen.map(({ kind, data }) => [kind, data.stepMs])).toEqual([['clock_stepped', -7_200_000]]);
    await clock.advance(60_000);
    expect(seen).toHaveLength(1);
    stop.abort();
    await watching;
  });
});
