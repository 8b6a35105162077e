import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalNoise } from '../../../tests/support/noise.ts';
import { samplesCsv } from '../../../tests/support/samples-csv.ts';
import { type Analysis, analyze, type SeriesAnalysis } from './analyze.ts';
import type { Columns } from './columns.ts';
import { readColumns } from './read-columns.ts';

/** An analysis asks at every hour: few cases, the same ones every time. */
const FEW = { numRuns: 6, seed: 20_261_121 };
const NO_SETTINGS = { kinds: new Map(), limits: new Map() };

const files = fc
  .record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    hours: fc.constantFrom(24, 36, 60),
    leakPercentPerDay: fc.constantFrom(0, 10, 40),
    driftPercentPerDay: fc.constantFrom(0, 20),
    empty: fc.constantFrom<string[]>([], ['load_rpm']),
  })
  .map((options): Columns => {
    const read = readColumns(Buffer.from(samplesCsv({ ...options, everySeconds: 450 })), 'samples.csv');
    if (!read.ok) throw new Error('not read');
    return read.columns;
  });

const said = ({ finding, firstCalledHour, changes, why }: SeriesAnalysis) => ({
  finding,
  firstCalledHour,
  changes,
  why,
});
const saidOf = ({ verdict, spanHours, series }: Analysis) => ({ verdict, spanHours, series: series.map(said) });
const of = (analysis: Analysis, name: string | undefined) =>
  analysis.series.filter(({ finding }) => finding.name === name).map(said);

describe('what an analysis says of a series does not depend on', () => {
  it('when the file began', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: -1000, max: 1000 }), (columns, days) => {
        const timesMs = columns.timesMs.map((at) => at + days * 86_400_000 + 1234);
        expect(saidOf(analyze({ ...columns, timesMs }, NO_SETTINGS))).toEqual(saidOf(analyze(columns, NO_SETTINGS)));
      }),
      FEW,
    );
  });

  it('the order of columns', () => {
    fc.assert(
      fc.property(files, fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (columns, order) => {
        const shuffled = { ...columns, series: order.flatMap((at) => columns.series[at] ?? []) };
        const [one, other] = [analyze(columns, NO_SETTINGS), analyze(shuffled, NO_SETTINGS)];
        expect(other.verdict).toBe(one.verdict);
        for (const { name } of columns.series) expect(of(other, name)).toEqual(of(one, name));
      }),
      FEW,
    );
  });

  it('the values of the other series', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 0, max: 2 }), fc.integer(), (columns, kept, seed) => {
        const noise = normalNoise(seed);
        const series = columns.series.map((one, at) =>
          at === kept ? one : { ...one, values: one.values.map((_, row) => 50 + row * Math.abs(noise())) },
        );
        const name = columns.series[kept]?.name;
        expect(of(analyze({ ...columns, series }, NO_SETTINGS), name)).toEqual(of(analyze(columns, NO_SETTINGS), name));
      }),
      FEW,
    );
  });
});
