import { describe, expect, it } from 'vitest';
import { normalNoise } from '../../../tests/support/noise.ts';
import { generate } from '../vectors.ts';
import { edgesOfNoProfile, levelledLoad, loadEdges } from './load-edges.ts';

const HOURS = generate(144, (at) => at / 2);
const noise = normalNoise(5);
const day = (hour: number): number => 300 * (1 - 0.6 * Math.cos((2 * Math.PI * hour) / 24));
const edgesOf = (load: (hour: number) => number, hours = HOURS) =>
  loadEdges(
    hours,
    hours.map((hour) => load(hour) + 4 * noise()),
  );

describe('edges of a load', () => {
  it('are where it jumped, and by how much', () => {
    const [edge, ...others] = edgesOf((hour) => day(hour) + (hour >= 40 ? 200 : 0));
    expect(others).toEqual([]);
    expect(edge?.hour).toBe(40);
    expect(Math.abs((edge?.jump ?? 0) - 200)).toBeLessThan(30);
  });

  it('are none in a smooth day, steep as it may be, nor without any load', () => {
    expect(edgesOf(day)).toEqual([]);
    expect(loadEdges(HOURS, new Float64Array(HOURS.length))).toEqual([]);
  });

  it('are the profile where other days have them too, or where several cannot be compared with another day', () => {
    const block = (hour: number): number => (hour % 24 >= 8 && hour % 24 < 18 ? 300 : 100);
    const daily = edgesOf(block);
    expect(daily.map(({ hour }) => hour)).toEqual([8, 18, 32, 42, 56, 66]);
    expect(edgesOfNoProfile(daily, HOURS, 1)).toEqual([]);
    const oneDay = HOURS.subarray(0, 48);
    expect(edgesOfNoProfile(edgesOf(block, oneDay), oneDay, 1)).toEqual([]);
    const once = edgesOf((hour) => block(hour) + (hour >= 50 ? 250 : 0));
    expect(edgesOfNoProfile(once, HOURS, 1).map(({ hour }) => hour)).toEqual([50]);
    expect(
      edgesOfNoProfile(
        edgesOf((hour) => (hour >= 8 ? 300 : 100), oneDay),
        oneDay,
        1,
      ),
    ).toHaveLength(1);
  });

  it('leave a level load when they are taken out', () => {
    const load = HOURS.map((hour) => (hour >= 40 ? 500 : 300));
    const levelled = levelledLoad(load, loadEdges(HOURS, load));
    expect(Math.max(...levelled) - Math.min(...levelled)).toBe(0);
  });
});
