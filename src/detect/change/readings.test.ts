import { describe, expect, it } from 'vitest';
import { normalNoise } from '../../../tests/support/noise.ts';
import { excursions, readingsOf } from './readings.ts';

const noise = normalNoise(3);
const quiet = Float64Array.from({ length: 60 }, () => noise());
const away = (values: Float64Array): number[] =>
  [...excursions(values, 6, 1e-9).entries()].flatMap(([at, out]) => (out ? [at] : []));

describe('readings', () => {
  it('leave out what goes off for less than a level must last, and keep the edge of a step', () => {
    expect(away(quiet)).toEqual([]);
    expect(away(quiet.map((value, at) => (at >= 20 && at < 24 ? value + 30 : value)))).toEqual([20, 21, 22, 23]);
    expect(away(quiet.map((value, at) => (at >= 20 ? value + 30 : value)))).toEqual([]);
    expect(away(quiet.map((value, at) => (at >= 20 && at < 27 ? value + 30 : value)))).toEqual([]);
  });

  it('do not take one unit up for an excursion where all else is constant', () => {
    const count = Float64Array.from({ length: 40 }, (_, at) => (at === 7 || at === 25 ? 11 : 10));
    expect([...excursions(count, 6, 1)].some(Boolean)).toBe(false);
  });

  it('are none where nothing was read, and where all is equal', () => {
    const hours = Float64Array.of(0, 1, 2, 3);
    const none = (values: Float64Array): unknown => readingsOf({ hours, values, load: null }, () => 3);
    expect(none(new Float64Array(4).fill(Number.NaN))).toBeNull();
    expect(none(new Float64Array(4).fill(7))).toBeNull();
    expect(none(new Float64Array(0))).toBeNull();
  });

  it('measure gaps in typical spacings, and know their place in the input', () => {
    const values = Float64Array.of(1, 2, Number.NaN, Number.NaN, 3, 2, 1);
    const hours = Float64Array.from(values, (_, at) => 10 + at / 2);
    const readings = readingsOf({ hours, values, load: null }, () => 3);
    expect(readings?.places).toEqual([0, 1, 4, 5, 6]);
    expect([...(readings?.distances ?? [])].slice(0, 4)).toEqual([1, 3, 1, 1]);
  });
});
