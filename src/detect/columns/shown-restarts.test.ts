import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { type Followed, Trend } from '../trend/finding.ts';
import type { ShownRestart } from '../trend/question.ts';
import { generate } from '../vectors.ts';
import { shownRestarts } from './shown-restarts.ts';

const MINUTES = 24 * 60;
const hours = generate(MINUTES, (minute) => minute / 60);
/** Hours since the process began, when it does so at 0, 6.5 and 15.25 h. */
const age = (hour: number): number => hour - (hour >= 15.25 ? 15.25 : hour >= 6.5 ? 6.5 : 0);

function series(name: string, value: (hour: number) => number, own: Partial<Followed> = {}): Followed {
  const random = seededRandom(name.length);
  return {
    name,
    kind: 'growth',
    readings: { hours, values: hours.map((hour) => value(hour) * (1 + 0.004 * (random() - 0.5))) },
    load: null,
    restarts: null,
    collected: false,
    leftOut: [],
    limit: null,
    ...own,
  };
}

const leaking = (hour: number): number => 300e6 * (1 + 0.05 * age(hour));
const near = (found: readonly ShownRestart[] = []): number[] => found.map(({ hour }) => Math.round(4 * hour) / 4);

describe('restarts that a file shows', () => {
  it('are falls of what is read after collections, for every series that falls with it', () => {
    const found = shownRestarts([
      series('heap_after_gc_bytes', leaking, { collected: true }),
      series('rss_bytes', (hour) => 2 * leaking(hour)),
      series('of_another_process', () => 50e6),
    ]);
    expect(near(found.get('heap_after_gc_bytes'))).toEqual([6.5, 15.25]);
    expect(near(found.get('rss_bytes'))).toEqual([6.5, 15.25]);
    expect(found.has('of_another_process')).toBe(false);
  });

  it('are falls of memory and connections at one moment', () => {
    const connections = series('connections', () => 0);
    const values = hours.map((hour) => Math.round(10 + 4 * age(hour)));
    const found = shownRestarts([series('rss_bytes', leaking), { ...connections, readings: { hours, values } }]);
    expect(near(found.get('rss_bytes'))).toEqual([6.5, 15.25]);
  });

  it('are not the collections of a resident set', () => {
    const sawtooth = (hour: number): number => 300e6 * (1 + 0.1 * (hour % 2.5));
    expect(shownRestarts([series('rss_bytes', sawtooth), series('heap_used_bytes', sawtooth)]).size).toBe(0);
  });

  it('are not the collections of memory in megabytes, though these may look like a count', () => {
    const sawtooth = (hour: number): number => 300 * (1 + 0.4 * (hour % 5));
    const megabytes = series('memory_mb', sawtooth, { isMemory: true });
    const whole = { ...megabytes.readings, values: megabytes.readings.values.map(Math.round) };
    expect(shownRestarts([{ ...megabytes, readings: whole }, series('rss_bytes', sawtooth)]).size).toBe(0);
  });

  it('are not what the load does, for ten minutes or for good', () => {
    const rate = (hour: number): number => (hour > 20 ? 300 : hour % 3 >= 2.75 && hour % 3 < 2.75 + 1 / 6 ? 1800 : 900);
    const load = { hours, values: hours.map(rate) };
    const followed = series('heap_after_gc_bytes', (hour) => 100e6 + 2e5 * rate(hour), { collected: true, load });
    expect(shownRestarts([followed]).size).toBe(0);
  });

  /** The series of a file that ends at an hour. */
  const until = (hour: number, all: readonly Followed[]): Followed[] =>
    all.map((one) => {
      const end = Math.round(hour * 60);
      const { hours: at, values } = one.readings;
      return { ...one, readings: { hours: at.subarray(0, end), values: values.subarray(0, end) } };
    });

  it('are known at no hour by what comes later', () => {
    const connections = series('connections', () => 0);
    // Whole numbers until the last hour, in which somebody writes a mean.
    const values = hours.map((hour) => (hour < 23 ? Math.round(10 + 4 * age(hour)) : 40.5));
    const all = [series('rss_bytes', leaking), { ...connections, readings: { hours, values } }];
    const whole = shownRestarts(all).get('rss_bytes') ?? [];
    expect(near(whole)).toEqual([6.5, 15.25]);
    for (let hour = 6; hour < 24; hour += 1 / 12) {
      const known = (found: readonly ShownRestart[] = []) => found.filter(({ knownHour }) => knownHour <= hour);
      expect(known(shownRestarts(until(hour, all)).get('rss_bytes')), `hour ${hour}`).toEqual(known(whole));
    }
  });

  it('change nothing that was said before they were seen', () => {
    // At 6.5 h only the resident set tells of the restart, at 15.25 h what is read after collections does too.
    const heap = (hour: number): number => 100e6 * (1 + 0.01 * (hour >= 15.25 ? hour - 15.25 : hour));
    const warm = (hour: number): number => 1 - 0.4 * Math.exp(-age(hour) / 0.8);
    const all = [
      series('heap_after_gc_bytes', heap, { collected: true }),
      series('rss_bytes', (hour) => (hour < 6.5 ? 400e6 : 300e6) * (1 + 0.005 * age(hour)) * warm(hour)),
    ];
    const finding = (file: readonly Followed[], hour: number) => {
      const shown = shownRestarts(file);
      return file.map((one) => new Trend({ ...one, shownRestarts: shown.get(one.name) ?? [] }, file.length).at(hour));
    };
    expect(near(shownRestarts(all).get('rss_bytes'))).toContain(15.25);
    expect(finding(all, 15)).toEqual(finding(until(15, all), 15));
    expect(finding(all, 15)[1]?.answer?.restarts.map(Math.round)).toEqual([7]);
    expect(finding(all, 24)[0]?.answer?.restarts.map((hour) => Math.round(4 * hour) / 4)).toEqual([15.25]);
  });
});
