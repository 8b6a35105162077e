import { describe, expect, it } from 'vitest';
import { type Component, settledLevel, sumOf } from './component.ts';
import { pool, threads } from './counts.ts';
import { batches, nightlyJob, wander } from './disturbance.ts';
import { drawFrom } from './draw.ts';
import { byEndpoint, byRequests, byScheduledJob, byTime, leaked, leakedWhole } from './fault.ts';
import { calibrationWindows, loadOn, nightDayPeak } from './load.ts';
import { boundedKeys, heldForLoad, keptFor, pageCache, ratchet, resident, sawtooth } from './memory.ts';
import { type Moment, momentsOf } from './moment.ts';
import { gappyClock, readingHours, usualClock } from './readings.ts';

const minutes = Float64Array.from({ length: 48 * 60 }, (_, minute) => minute / 60);
const steadyLoad = minutes.map(() => 100);
const dailyLoad = minutes.map((hour) => 100 + 60 * Math.sin((2 * Math.PI * hour) / 24));
const process = { initialAgeHours: 0, startHours: [] as number[] };
const steady = momentsOf(minutes, steadyLoad, 0, 60, process);
const daily = momentsOf(minutes, dailyLoad, 0, 60, process);
const restarted = momentsOf(minutes, dailyLoad, 0, 60, { ...process, startHours: [30] });

const valuesOf = (component: Component, moments: readonly Moment[]) => sumOf([component], moments, drawFrom(1, 'test'));

describe('the moments of a run', () => {
  it('count age and requests from the start of each process', () => {
    const [before, after] = [restarted[30 * 60 - 1], restarted[30 * 60]];
    expect(before?.ageHours).toBeCloseTo(30 - 1 / 60, 9);
    expect(before?.fresh).toBe(false);
    expect(after).toMatchObject({ fresh: true, ageHours: 0, servedHours: 0 });
    expect(steady.at(-1)?.servedHours).toBeCloseTo(48, 1);
  });

  it('have a load of 1 at its median', () => {
    expect(steady.every(({ load }) => load === 1)).toBe(true);
    expect(Math.max(...daily.map(({ loadOfPeak }) => loadOfPeak))).toBe(1);
  });
});

describe('memory', () => {
  it('held for the load falls more slowly than it rises, where told so', () => {
    const held = valuesOf(heldForLoad({ share: 0.5, exponent: 1, riseHours: 0.05, fallHours: 8 }), daily);
    const at = (hour: number) => held[hour * 60] ?? Number.NaN;
    expect(at(30)).toBeCloseTo(0.5 * 1.6, 1);
    // The load is back at its median at hour 36; what was held for the peak is not.
    expect(at(36)).toBeGreaterThan(0.55);
  });

  it('kept by the allocator never falls, until the process is replaced', () => {
    const kept = valuesOf(ratchet({ share: 0.3, scatter: 0.05 }), restarted);
    const life = (from: number, to: number) => kept.slice(from * 60, to * 60);
    for (const values of [life(0, 30), life(30, 48)]) {
      expect(values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0))).toBe(true);
    }
    expect(kept[30 * 60]).toBeLessThan(kept[30 * 60 - 1] ?? 0);
  });

  it('with garbage stays between nothing and its share, and is collected again and again', () => {
    const garbage = valuesOf(sawtooth({ share: 0.4, periodHours: 5, by: 'time', jitter: 0.1, leaves: 0 }), steady);
    expect(garbage.every((value) => value >= 0 && value <= 0.4)).toBe(true);
    const collections = garbage.filter((value, index) => value < (garbage[index - 1] ?? 0)).length;
    expect(collections).toBeGreaterThanOrEqual(7);
    expect(collections).toBeLessThanOrEqual(13);
  });

  it('kept for a fixed time grows by the requests, then rests at its share under a steady load', () => {
    const kept = valuesOf(keptFor({ share: 0.6, keptHours: 8 }), steady);
    expect(kept[4 * 60]).toBeCloseTo(0.3, 2);
    expect(kept[20 * 60]).toBeCloseTo(0.6, 2);
    expect(kept.at(-1)).toBeCloseTo(0.6, 2);
  });

  it('of keys and pages ends at its limit', () => {
    const keys = valuesOf(boundedKeys({ share: 0.5, fullAfterHours: 10, exponent: 0.7 }), steady);
    expect(keys[5 * 60]).toBeLessThan(0.5);
    expect(keys.at(-1)).toBe(0.5);
    const pages = valuesOf(pageCache({ share: 1, fullAfterHours: 10 }), steady);
    expect(pages[5 * 60]).toBeCloseTo(0.5, 2);
    expect(pages.slice(11 * 60).every((value) => value >= 0.97 && value <= 1)).toBe(true);
  });

  it('settles at the level that its components say, or that is measured at median load', () => {
    const draw = drawFrom(1, 'level');
    const held = heldForLoad({ share: 0.5, exponent: 1, riseHours: 0.01, fallHours: 0.01 });
    const garbage = sawtooth({ share: 0.4, periodHours: 1, by: 'time', jitter: 0, leaves: 0 });
    expect(settledLevel([resident(), held, garbage], daily, draw)).toBeCloseTo(1.5, 2);
  });
});

describe('counts', () => {
  it('stay within the limits of their pool', () => {
    const open = valuesOf(pool({ min: 5, max: 12, needed: 9, idleHours: 0.2 }), daily);
    expect(Math.min(...open)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...open)).toBe(12);
    const running = valuesOf(threads({ core: 8, max: 20, needed: 10 }), daily);
    expect(running.every((value, index) => index === 0 || value >= (running[index - 1] ?? 0))).toBe(true);
    expect(running.at(-1)).toBeLessThanOrEqual(20);
  });
});

describe('disturbances', () => {
  it('come once a night, and go', () => {
    const job = valuesOf(nightlyJob({ share: 0.2, atClockHour: 2, takesHours: 1 }), steady);
    const busyHours = new Set(
      [...job.entries()].filter(([, value]) => value > 0).map(([minute]) => Math.floor(minute / 60)),
    );
    expect([...busyHours].filter((hour) => hour < 24)).toEqual(expect.arrayContaining([2]));
    expect([...busyHours].every((hour) => [2, 3, 26, 27].includes(hour))).toBe(true);
  });

  it('last as long as their batch', () => {
    const batch = valuesOf(batches([{ fromHour: 10, toHour: 14, share: 0.3 }]), steady);
    expect([9, 12, 15].map((hour) => batch[hour * 60])).toEqual([0, 0.3, 0]);
  });

  it('that wander have the deviation they were given', () => {
    const long = Float64Array.from({ length: 40_000 }, (_, minute) => minute / 60);
    const moments = momentsOf(
      long,
      long.map(() => 1),
      0,
      60,
      process,
    );
    const walk = valuesOf(wander({ sd: 0.02, forgetsHours: 1 }), moments);
    const deviation = Math.sqrt(walk.reduce((sum, value) => sum + value * value, 0) / walk.length);
    expect(deviation).toBeGreaterThan(0.015);
    expect(deviation).toBeLessThan(0.025);
  });
});

describe('a leak', () => {
  it.each([
    { name: 'by time', pace: byTime },
    { name: 'by requests', pace: byRequests },
    { name: 'of one endpoint', pace: byEndpoint },
    { name: 'of a scheduled job', pace: byScheduledJob },
  ])('$name loses its daily amount on average from its onset, and nothing before', ({ pace }) => {
    const lost = leaked({ pace, onsetHour: 12, lumpHours: null }, 6, daily, drawFrom(5, 'leak'));
    expect(lost[12 * 60 - 1]).toBe(0);
    expect(lost.at(-1)).toBeCloseTo((6 * 36) / 24, 1);
  });

  it('in lumps stands still between them', () => {
    const lost = leaked({ pace: byTime, onsetHour: 0, lumpHours: 4 }, 6, steady, drawFrom(5, 'leak'));
    expect(new Set(lost).size).toBeLessThan(25);
  });

  it('of whole things is a whole number near what was expected', () => {
    const lost = leakedWhole({ pace: byTime, onsetHour: 0, lumpHours: null }, 10, steady, drawFrom(5, 'leak'));
    expect(lost.every((value) => Number.isInteger(value))).toBe(true);
    expect(Math.abs((lost.at(-1) ?? 0) - 20)).toBeLessThanOrEqual(1);
  });

  it('begins again at nothing in a new process', () => {
    const lost = leaked({ pace: byTime, onsetHour: 0, lumpHours: null }, 6, restarted, drawFrom(5, 'leak'));
    expect(lost[30 * 60 - 1]).toBeGreaterThan(7);
    expect(lost[30 * 60]).toBeLessThan(0.1);
  });
});

describe('load', () => {
  it('is steady in calibration windows and counted with the scatter of arrivals', () => {
    const draw = drawFrom(6, 'load');
    const plan = nightDayPeak(draw);
    const windows = calibrationWindows(plan, 48, 6);
    const { trueRpm, countedRpm } = loadOn(plan, minutes, 60, windows, draw);
    expect(windows.length).toBe(7);
    expect(trueRpm[6 * 60 + 5]).toBe(plan.baseRpm);
    const off = countedRpm.map((rpm, index) => (rpm - (trueRpm[index] ?? 0)) / Math.sqrt(trueRpm[index] ?? 1));
    const deviation = Math.sqrt(off.reduce((sum, value) => sum + value * value, 0) / off.length);
    expect(deviation).toBeGreaterThan(0.9);
    expect(deviation).toBeLessThan(1.1);
  });
});

describe('the clock of a trace', () => {
  it('has its spacing on average, and no readings in its gaps', () => {
    const draw = drawFrom(8, 'clock');
    const usual = usualClock(draw);
    expect(readingHours(usual, 24, draw).length).toBe((24 * 3600) / usual.spacingSeconds);
    const gappy = gappyClock(draw, 24);
    const hours = readingHours({ ...gappy, jitterShare: 0 }, 24, draw);
    expect(gappy.gaps.length).toBeGreaterThan(0);
    expect(hours.some((hour) => gappy.gaps.some(({ fromHour, toHour }) => hour >= fromHour && hour < toHour))).toBe(
      false,
    );
  });
});
