import { describe, expect, it } from 'vitest';
import { BEGIN_MS, HOUR_MS, MINUTE_MS, plainTime } from '../../tests/support/alert-engine.ts';
import { correlatedNoise } from '../../tests/support/noise.ts';
import { MemoryGrowth } from './memory-growth.ts';

/** Requests a minute: 9 at night, 30 in the morning, 75 from ten to eight, with ramps of an hour. */
function dayLoad(atMs: number): number {
  const hour = ((atMs - BEGIN_MS) / HOUR_MS) % 24;
  const ramp = (fromHour: number, from: number, to: number): number =>
    from + (to - from) * Math.min(1, hour - fromHour);
  if (hour < 6) return 9;
  if (hour < 10) return ramp(6, 9, 30);
  if (hour < 20) return ramp(10, 30, 75);
  return hour < 22 ? ramp(20, 75, 30) : ramp(22, 30, 9);
}

const dayTime = plainTime(0, {
  plannedPerMinute: dayLoad,
  plannedBetween: (fromMs, untilMs) => {
    let sum = 0;
    for (let atMs = fromMs; atMs < untilMs; atMs += MINUTE_MS)
      sum += dayLoad(atMs) * Math.min(1, (untilMs - atMs) / MINUTE_MS);
    return sum;
  },
});

/** The largest growth in an hour that is neither load nor seen before, in percent, and the largest of all. */
function growth(hours: number, memory: (atMs: number, hour: number) => number): { sure: number; seen: number } {
  const watch = new MemoryGrowth(dayTime);
  const noise = correlatedNoise(5, 0.8);
  let sure = Number.NEGATIVE_INFINITY;
  let seen = Number.NEGATIVE_INFINITY;
  for (let atMs = BEGIN_MS + MINUTE_MS; atMs <= BEGIN_MS + hours * HOUR_MS; atMs += MINUTE_MS) {
    const hour = (atMs - BEGIN_MS) / HOUR_MS;
    watch.add(atMs, memory(atMs, hour) * (1 + 0.005 * noise()));
    const reading = watch.read('agent.rss_bytes', atMs, HOUR_MS);
    if (reading.told !== 'known') continue;
    sure = Math.max(sure, reading.low);
    seen = Math.max(seen, reading.value ?? 0);
  }
  return { sure, seen };
}

describe('growth of memory in an hour', () => {
  it('is none where memory follows its load, on the first morning and on every other', () => {
    const { sure, seen } = growth(48, (atMs) => 200e6 * (1 + 0.8 * (dayLoad(atMs) / 75)));
    expect(seen).toBeGreaterThan(20);
    expect(sure).toBeLessThan(5);
  });

  it('is none where memory follows its load an hour late', () => {
    const { sure, seen } = growth(48, (atMs) => 200e6 * (1 + 0.8 * (dayLoad(atMs - HOUR_MS) / 75)));
    expect(seen).toBeGreaterThan(20);
    expect(sure).toBeLessThan(5);
  });

  it('is none of a sawtooth of collections that was seen before', () => {
    const { sure } = growth(48, (_, hour) => 200e6 * (1 + 0.3 * ((hour % 3) / 3)));
    expect(sure).toBeLessThan(20);
  });

  it('is a leak where memory grows by a quarter each hour at a load that stays', () => {
    const { sure } = growth(5, (_, hour) => 200e6 * 1.3 ** hour);
    expect(sure).toBeGreaterThan(20);
  });

  it('is a leak too where it comes on top of what the load does', () => {
    const { sure } = growth(
      36,
      (atMs, hour) => 200e6 * (1 + 0.8 * (dayLoad(atMs) / 75)) * (hour < 30 ? 1 : 1.35 ** (hour - 30)),
    );
    expect(sure).toBeGreaterThan(20);
  });

  it('is asked only after the time in which a service that was started fills its caches', () => {
    const watch = new MemoryGrowth(plainTime(60));
    const restartMs = BEGIN_MS + 10 * HOUR_MS;
    for (let atMs = BEGIN_MS + MINUTE_MS; atMs <= restartMs; atMs += MINUTE_MS) watch.add(atMs, 200e6);
    watch.restart(restartMs);
    const told: string[] = [];
    for (let atMs = restartMs + MINUTE_MS; atMs <= restartMs + 2 * HOUR_MS; atMs += MINUTE_MS) {
      const filled = 1 - Math.exp(-(atMs - restartMs) / (10 * MINUTE_MS));
      watch.add(atMs, 100e6 * (1 + filled));
      const reading = watch.read('agent.rss_bytes', atMs, HOUR_MS);
      told.push(reading.told);
      if (reading.told === 'known') expect(reading.low).toBeLessThan(20);
    }
    expect(told.filter((one) => one === 'not_judged').length).toBeGreaterThanOrEqual(99);
    expect(told.at(-1)).toBe('known');
  });
});
