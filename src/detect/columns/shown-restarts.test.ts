import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import type { Followed } from '../trend/finding.ts';
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
const near = (found: number[] | undefined): number[] => (found ?? []).map((hour) => Math.round(4 * hour) / 4);

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

  it('are not what the load does, for ten minutes or for good', () => {
    const rate = (hour: number): number => (hour > 20 ? 300 : hour % 3 >= 2.75 && hour % 3 < 2.75 + 1 / 6 ? 1800 : 900);
    const load = { hours, values: hours.map(rate) };
    const followed = series('heap_after_gc_bytes', (hour) => 100e6 + 2e5 * rate(hour), { collected: true, load });
    expect(shownRestarts([followed]).size).toBe(0);
  });
});
