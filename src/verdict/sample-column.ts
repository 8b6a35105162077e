import { GrowingArray } from '../detect/columns/growing-array.ts';
import type { Clocked } from '../detect/trend/bins.ts';
import { firstFrom } from '../detect/trend/bins.ts';
import { joinParts, type Sample, type SampleValues, type SeriesInfo } from '../model/sample.ts';
import type { Looked } from './looked.ts';
import { profileHours } from './run-clock.ts';

/** The samples of one series as the detectors need them: sixteen bytes each, and the newest in full. */
export class SampleColumn {
  /** Newest value that was read; null: none yet. */
  last: number | null = null;
  readonly #floors: boolean;
  readonly #atMs = new GrowingArray();
  readonly #values = new GrowingArray();
  #newest: SampleValues | null = null;

  /** Memory by its lowest reading in each interval, everything else by its mean. */
  constructor({ memory }: Pick<SeriesInfo, 'memory'>) {
    this.#floors = memory;
  }

  /** In order of time. Another part of the newest interval, read by the soakd before, is joined to it. */
  add(sample: Sample): void {
    const newest = this.#newest;
    const isPart = newest !== null && newest.atMs === sample.atMs;
    const { min, mean, last } = isPart ? joinParts(newest, sample) : sample;
    this.#newest = isPart ? joinParts(newest, sample) : sample;
    this.last = last ?? this.last;
    const value = (this.#floors ? (min ?? mean) : mean) ?? Number.NaN;
    if (isPart) this.#values.replaceLast(value);
    else {
      this.#atMs.push(sample.atMs);
      this.#values.push(value);
    }
  }

  /** What is looked at of what stands before the hour; what is missing is left out. */
  readings({ plan, hour, isLookedAt }: Pick<Looked, 'plan' | 'hour' | 'isLookedAt'>): Clocked {
    const atMs = this.#atMs.values();
    const all = this.#values.values();
    const hours = new Float64Array(atMs.length);
    const values = new Float64Array(atMs.length);
    let count = 0;
    for (let at = 0; at < atMs.length; at++) {
      const value = all[at] ?? Number.NaN;
      const ms = atMs[at] ?? 0;
      if (Number.isNaN(value) || !isLookedAt(ms)) continue;
      hours[count] = profileHours(plan, ms);
      values[count++] = value;
    }
    const end = firstFrom(hours.subarray(0, count), hour - 1e-9);
    return { hours: hours.subarray(0, end), values: values.subarray(0, end) };
  }
}

/** Where a series of memory must end is read beside it: by a control group, by Redis as `maxmemory`. */
export const isLimit = ({ id, unit }: Pick<SeriesInfo, 'id' | 'unit'>): boolean =>
  unit === 'bytes' && /^(?:memory_)?limit_bytes$/.test(id.slice(id.indexOf('.') + 1));

/** The columns of those series that are followed or limit one that is. */
export class SampleColumns {
  readonly #columns = new Map<string, SampleColumn>();

  addSeries(series: readonly SeriesInfo[]): void {
    for (const one of series)
      if ((one.leakCandidate || isLimit(one)) && !this.#columns.has(one.id))
        this.#columns.set(one.id, new SampleColumn(one));
  }

  addSamples(samples: readonly Sample[]): void {
    for (const sample of samples) this.#columns.get(sample.series)?.add(sample);
  }

  of(id: string): SampleColumn | null {
    return this.#columns.get(id) ?? null;
  }
}

/** All at once. */
export function columnsOf(series: readonly SeriesInfo[], samples: readonly Sample[]): SampleColumns {
  const columns = new SampleColumns();
  columns.addSeries(series);
  columns.addSamples(samples);
  return columns;
}
