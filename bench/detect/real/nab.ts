/** Numenta Anomaly Benchmark (Lavin and Ahmad 2015, arXiv 1510.03336; MIT licence): cloud metrics with labelled windows. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { medianOf } from '../moment.ts';
import type { Trace } from '../trace.ts';
import { columnsOf, hoursSinceFirst, numberOf } from './columns.ts';
import { observedSeries, observedTrace } from './observed.ts';

export interface NabSeries {
  name: string;
  trace: Trace;
  /** Stretches that people marked, in hours of the trace. */
  windows: { fromHour: number; toHour: number }[];
}

const windowsFile = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));

export function nabSeries(folder: string): NabSeries[] {
  const root = join(folder, 'nab');
  const labels = windowsFile.parse(JSON.parse(readFileSync(join(root, 'labels', 'combined_windows.json'), 'utf8')));
  return readdirSync(join(root, 'data'))
    .toSorted()
    .flatMap((part) =>
      readdirSync(join(root, 'data', part))
        .toSorted()
        .map((file) => {
          const { rows } = columnsOf(join(root, 'data', part, file));
          const instants = rows.map((cells) => cells[0] ?? '');
          const values = Float64Array.from(rows, (cells) => numberOf(cells[1]));
          const hourOf = (instant: string) => hoursSinceFirst([instants[0] ?? '', instant])[1] ?? 0;
          return {
            name: `${part}/${file}`,
            trace: observedTrace(`nab ${file}`, hoursSinceFirst(instants), null, [
              observedSeries('value', 'growth', values),
            ]),
            windows: (labels[`${part}/${file}`] ?? []).map(([from, to]) => ({
              fromHour: hourOf(from),
              toHour: hourOf(to),
            })),
          };
        }),
    );
}

const SLICE_HOURS = 72;
/** Medians of the three days may differ by this share of the level: no trend test decides what is flat. */
const FLAT_WITHIN = 0.02;

/** Slices of 72 h, end to end, that nobody marked and whose days have the same median. */
export function flatSlices({ name, trace, windows }: NabSeries): Trace[] {
  const slices: Trace[] = [];
  for (let from = 0; from + SLICE_HOURS <= trace.lengthHours; from += SLICE_HOURS) {
    const to = from + SLICE_HOURS;
    if (windows.some(({ fromHour, toHour }) => fromHour < to && toHour > from)) continue;
    const inside = (index: number) => (trace.hours[index] ?? 0) >= from && (trace.hours[index] ?? 0) < to;
    const hours = trace.hours.filter((_, index) => inside(index)).map((hour) => hour - from);
    const values = (trace.series[0]?.values ?? new Float64Array()).filter((_, index) => inside(index));
    const days = [0, 1, 2].map((day) =>
      medianOf(values.filter((_, index) => Math.floor((hours[index] ?? 0) / 24) === day)),
    );
    const level = medianOf(values);
    if (level > 0 && Math.max(...days) - Math.min(...days) <= FLAT_WITHIN * level) {
      slices.push({
        ...observedTrace(`${name} from hour ${from}`, hours, null, [observedSeries('value', 'growth', values)]),
        lengthHours: SLICE_HOURS,
      });
    }
  }
  return slices;
}
