/**
 * Turing Change Point Dataset (van den Burg and Williams 2020, arXiv 2003.06222): series in which five people each marked
 * the changes. Those with one dimension; some of the data set may not be passed on and is missing here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Trace } from '../trace.ts';
import { observedSeries, observedTrace } from './observed.ts';

/** The series have years, weeks or numbers as time: here each reading is a quarter of an hour after the one before. */
export const HOURS_A_READING = 0.25;

export interface MarkedSeries {
  name: string;
  trace: Trace;
  /** What each annotator marked: indices of the first reading after a change, from 0. */
  marks: number[][];
}

/** Means over all univariate series with default settings: the aggregate table of the paper’s repository (TCPDBench). */
export const PUBLISHED_DEFAULT: readonly { method: string; cover: number; f1: number }[] = [
  { method: 'BINSEG', cover: 0.706, f1: 0.744 },
  { method: 'PELT', cover: 0.689, f1: 0.71 },
  { method: 'AMOC', cover: 0.702, f1: 0.704 },
  { method: 'BOCPD', cover: 0.636, f1: 0.69 },
  { method: 'ECP (E-Divisive)', cover: 0.523, f1: 0.598 },
  { method: 'ZERO (no change)', cover: 0.583, f1: 0.669 },
];

const dataset = z.object({
  name: z.string(),
  n_dim: z.number(),
  series: z.array(z.object({ raw: z.array(z.number().nullable()) })),
});
const annotations = z.record(z.string(), z.record(z.string(), z.array(z.number())));

export function markedSeries(folder: string): MarkedSeries[] {
  const root = join(folder, 'tcpd');
  const marks = annotations.parse(JSON.parse(readFileSync(join(root, 'annotations.json'), 'utf8')));
  return readdirSync(join(root, 'datasets'))
    .toSorted()
    .flatMap((name) => {
      const { n_dim, series } = dataset.parse(
        JSON.parse(readFileSync(join(root, 'datasets', name, `${name}.json`), 'utf8')),
      );
      const raw = series[0]?.raw;
      const byPeople = marks[name];
      if (n_dim !== 1 || raw === undefined || byPeople === undefined) return [];
      const hours = Float64Array.from(raw, (_, index) => index * HOURS_A_READING);
      const values = Float64Array.from(raw, (value) => value ?? Number.NaN);
      return [
        {
          name,
          trace: observedTrace(`tcpd ${name}`, hours, null, [observedSeries('value', 'growth', values)]),
          marks: Object.values(byPeople),
        },
      ];
    });
}
