import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { addScaled, dot, generate } from '../vectors.ts';
import { Projection } from './projection.ts';

describe('least squares over a growing basis', () => {
  it('finds the coefficients that made the data', () => {
    const random = seededRandom(7);
    const columns = Array.from({ length: 5 }, () => generate(40, () => random() - 0.5));
    const y = new Float64Array(40);
    const truth = [1.5, -2, 0, 0.25, 3];
    for (const [at, size] of truth.entries()) addScaled(y, size, columns[at] ?? y);
    const projection = Projection.of(columns, y);
    for (const at of [3, 0, 4, 1, 2]) expect(projection.join(at)).toBe(true);
    const found = projection.coefficients(y);
    for (const [place, at] of projection.members.entries())
      expect(found[place]).toBeCloseTo(truth[at] ?? Number.NaN, 9);
    expect(projection.rest).toBeLessThan(1e-12 * dot(y, y));
  });

  it('knows beforehand what a column would gain', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const random = seededRandom(seed);
        const columns = Array.from({ length: 6 }, () => generate(25, () => random() - 0.5));
        const projection = Projection.of(
          columns,
          generate(25, () => random() - 0.5),
        );
        projection.join(1);
        projection.join(4);
        const promised = (projection.along[2] ?? 0) ** 2 / (projection.left[2] ?? 1);
        const before = projection.rest;
        projection.join(2);
        expect(before - projection.rest).toBeCloseTo(promised, 9);
      }),
    );
  });

  it('refuses a combination of what it has, and stays as it was', () => {
    const ones = new Float64Array(10).fill(1);
    const ramp = generate(10, (at) => at);
    const both = generate(10, (at) => 3 * at - 2);
    const projection = Projection.of(
      [ones, ramp, both],
      generate(10, (at) => Math.sin(at)),
    );
    projection.join(0);
    projection.join(1);
    const { rest } = projection;
    expect(projection.isCollinear(2)).toBe(true);
    expect(projection.join(2)).toBe(false);
    expect(projection.rest).toBe(rest);
    expect(projection.members).toEqual([0, 1]);
  });

  it('leaves the one alone that it was forked from', () => {
    const projection = Projection.of(
      [generate(8, (at) => at), generate(8, (at) => at * at)],
      generate(8, (at) => at + 1),
    );
    projection.join(0);
    const before = { rest: projection.rest, along: [...projection.along], left: [...projection.left] };
    projection.fork().join(1);
    expect({ rest: projection.rest, along: [...projection.along], left: [...projection.left] }).toEqual(before);
  });
});
