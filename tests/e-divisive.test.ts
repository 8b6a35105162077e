import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eDivisive } from '../bench/change-points/e-divisive.ts';
import { changePoints } from '../src/detect/change/change-points.ts';

/** Made by tests/fixtures/change-points-by-otava.py; the file says version and command. */
const { cases } = z
  .object({
    cases: z.array(
      z.object({
        name: z.string(),
        changePoints: z.array(z.object({ index: z.number(), pValue: z.number() })),
        values: z.array(z.number()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('fixtures/otava.json', import.meta.url), 'utf8')));

const ours = (values: readonly number[]): number[] =>
  changePoints(
    { hours: Float64Array.from(values, (_, at) => at / 2), values: Float64Array.from(values), load: null },
    { cycleHours: null },
  ).map(({ index }) => index);
const caseOf = (name: string) => {
  const found = cases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
};

describe('beside Apache Otava', () => {
  it.each(cases)('E-Divisive of the bench gives the same: $name', ({ values, changePoints: expected }) => {
    const found = eDivisive(values);
    expect(found.map(({ index }) => index)).toEqual(expected.map(({ index }) => index));
    for (const [at, { pValue }] of found.entries()) expect(pValue).toBeCloseTo(expected[at]?.pValue ?? -1, 10);
  });

  it.each(['one step', 'up and down', 'three levels', 'small step late', 'white noise'])(
    'soakd dates the same changes, within a point: %s',
    (name) => {
      const { values, changePoints: expected } = caseOf(name);
      const found = ours(values);
      expect(found).toHaveLength(expected.length);
      for (const [at, { index }] of expected.entries())
        expect(Math.abs((found[at] ?? 0) - index)).toBeLessThanOrEqual(1);
    },
  );

  it.each(['linear growth', 'correlated noise'])('soakd reports no staircase where Otava does: %s', (name) => {
    const { values, changePoints: expected } = caseOf(name);
    expect(expected.length).toBeGreaterThan(1);
    expect(ours(values)).toEqual([]);
  });
});
