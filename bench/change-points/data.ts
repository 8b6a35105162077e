/** Readers of the Turing Change Point Dataset and of the Numenta Anomaly Benchmark, as their repositories lay them out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { median } from '../../src/detect/order-statistics.ts';

export interface MarkedSeries {
  name: string;
  values: number[];
  /** Places marked by each person. */
  marks: number[][];
}

const annotations = z.record(z.string(), z.record(z.string(), z.array(z.number())));
const dataset = z.object({
  n_dim: z.number(),
  series: z.array(z.object({ raw: z.array(z.number().nullable()) })),
});

/** Series of one dimension; a reading that is missing is NaN. */
export function readTcpd(folder: string): MarkedSeries[] {
  const marks = annotations.parse(JSON.parse(readFileSync(join(folder, 'annotations.json'), 'utf8')));
  return readdirSync(join(folder, 'datasets'))
    .toSorted()
    .flatMap((name): MarkedSeries[] => {
      const read = dataset.parse(JSON.parse(readFileSync(join(folder, 'datasets', name, `${name}.json`), 'utf8')));
      const values = read.series[0]?.raw.map((value) => value ?? Number.NaN) ?? [];
      return read.n_dim === 1 ? [{ name, values, marks: Object.values(marks[name] ?? {}) }] : [];
    });
}

export interface WindowedSeries {
  name: string;
  /** Hours since the first reading. */
  hours: Float64Array;
  /** Median of each hour; NaN without a reading. */
  values: Float64Array;
  /** Hours between which people saw something wrong. */
  windows: [number, number][];
}

const windowsFile = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));
const HOUR_MS = 3_600_000;
const instant = (text: string): number => Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);

export function readNab(folder: string): WindowedSeries[] {
  const windows = windowsFile.parse(JSON.parse(readFileSync(join(folder, 'labels', 'combined_windows.json'), 'utf8')));
  return readdirSync(join(folder, 'data'))
    .toSorted()
    .flatMap((group) =>
      readdirSync(join(folder, 'data', group))
        .filter((file) => file.endsWith('.csv'))
        .toSorted()
        .map((file): WindowedSeries => {
          const rows = readFileSync(join(folder, 'data', group, file), 'utf8')
            .trim()
            .split('\n')
            .slice(1);
          const readings = rows.map((row) => {
            const [time = '', value = ''] = row.split(',');
            return { atMs: instant(time), value: Number(value) };
          });
          const firstMs = Math.min(...readings.map(({ atMs }) => atMs));
          const byHour = Map.groupBy(readings, ({ atMs }) => Math.floor((atMs - firstMs) / HOUR_MS));
          const count = Math.max(...byHour.keys()) + 1;
          return {
            name: file.replace('.csv', ''),
            hours: Float64Array.from({ length: count }, (_, hour) => hour),
            values: Float64Array.from({ length: count }, (_, hour) =>
              median((byHour.get(hour) ?? []).map(({ value }) => value)),
            ),
            windows: (windows[`${group}/${file}`] ?? []).map(([from, until]) => [
              (instant(from) - firstMs) / HOUR_MS,
              (instant(until) - firstMs) / HOUR_MS,
            ]),
          };
        }),
    );
}
