import { formatValue } from '../base/quantity.ts';
import type { AlertCondition } from '../model/alert.ts';
import type { AlertMetric } from '../model/alert-metrics.ts';
import { isJudged, type Sample, type SeriesInfo } from '../model/sample.ts';
import { MemoryGrowth } from './memory-growth.ts';
import { exact, notJudged, type Reading, unknown } from './reading.ts';
import type { RunTime } from './run-time.ts';

const MINUTE_MS = 60_000;

/** A metric that was there and has been gone for so long has vanished; a source may miss a reading or two. */
export const noDataAfterMs = (sampleIntervalMs: number): number => Math.max(5 * MINUTE_MS, 3 * sampleIntervalMs);

interface Kept {
  atMs: number;
  mean: number | null;
  last: number | null;
}

/** The newest samples of each series, and what rules ask of them. */
export class SampleReadings {
  readonly #time: RunTime;
  readonly #keepMs: number;
  readonly #series = new Map<string, SeriesInfo>();
  readonly #kept = new Map<string, Kept[]>();
  readonly #growth = new Map<string, MemoryGrowth>();
  /** When each series last had a value: one that never had is asked nothing. */
  readonly lastKnownMs: Map<string, number>;

  constructor(time: RunTime, keepMs: number, lastKnownMs: ReadonlyMap<string, number>) {
    this.#time = time;
    this.#keepMs = Math.max(keepMs, 2 * time.sampleIntervalMs);
    this.lastKnownMs = new Map(lastKnownMs);
  }

  addSeries(series: readonly SeriesInfo[]): void {
    for (const one of series) this.#series.set(one.id, one);
  }

  get series(): ReadonlyMap<string, SeriesInfo> {
    return this.#series;
  }

  /** Another process behind a source. */
  restart(source: string, atMs: number): void {
    for (const { id, source: of } of this.#series.values()) if (of === source) this.#growth.get(id)?.restart(atMs);
  }

  /** Instant at the end of its interval. */
  endOf(sample: Pick<Sample, 'atMs'>): number {
    return sample.atMs + this.#time.sampleIntervalMs;
  }

  /** In order of time; false for one that was seen: the rest of an interval that an earlier soakd had begun to read. */
  add(sample: Sample): boolean {
    const atMs = this.endOf(sample);
    const kept = this.#kept.get(sample.series) ?? [];
    if ((kept.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) >= atMs) return false;
    this.#kept.set(sample.series, kept);
    kept.push({ atMs, mean: sample.mean, last: sample.last });
    while ((kept[0]?.atMs ?? atMs) <= atMs - this.#keepMs) kept.shift();
    if (sample.mean !== null || sample.last !== null)
      this.lastKnownMs.set(sample.series, Math.max(atMs, this.lastKnownMs.get(sample.series) ?? atMs));
    const info = this.#series.get(sample.series);
    if (info === undefined || !isMemory(info) || sample.mean === null) return true;
    const growth = this.#growth.get(sample.series) ?? new MemoryGrowth(this.#time);
    this.#growth.set(sample.series, growth);
    growth.add(atMs, sample.mean);
    return true;
  }

  /** What a rule asks of one series at the end of its newest interval; null when the rule is not about it. */
  read(metric: AlertMetric, condition: AlertCondition, id: string): Reading | null {
    const info = this.#series.get(id);
    const newest = this.#kept.get(id)?.at(-1);
    if (info === undefined || newest === undefined || !this.#isAbout(metric, condition, info)) return null;
    const { atMs } = newest;
    const lastKnownMs = this.lastKnownMs.get(id);
    if (lastKnownMs === undefined) return null;
    const ours = info.role === 'generator' || info.role === 'self';
    if (!ours && !this.#time.isJudged(atMs - this.#time.sampleIntervalMs, atMs))
      return notJudged(atMs, id, 'time that is not judged');
    if (atMs - lastKnownMs >= noDataAfterMs(this.#time.sampleIntervalMs))
      return unknown(atMs, id, `${id} has had no value for ${formatValue((atMs - lastKnownMs) / 1000, 'seconds')}`);
    if (metric.name === 'memory_growth')
      return this.#growth.get(id)?.read(id, atMs, condition.overMs ?? metric.overMs) ?? null;
    const value = this.#value(condition, metric, info, atMs);
    // A reading that is missing now and then says nothing: the alert waits.
    if (value === null) return null;
    return exact(atMs, id, value, `${id} is ${formatValue(value, unitFor(condition, info))}`);
  }

  #value(condition: AlertCondition, metric: AlertMetric, info: SeriesInfo, atMs: number): number | null {
    const value = this.#mean(info.id, condition, metric, atMs);
    if (value === null) return null;
    if (condition.unit !== 'percent')
      return condition.unit === 'milliseconds' && info.unit === 'seconds' ? value * 1000 : value;
    if (info.unit === 'percent') return value;
    if (info.unit !== 'bytes') return value * 100;
    const limit = this.#limitOf(info);
    const limitBytes = limit === null ? null : this.#mean(limit, condition, metric, atMs);
    return limitBytes === null || limitBytes <= 0 ? null : (100 * value) / limitBytes;
  }

  /** Of one interval or of several; an equality is asked of the last reading, for the mean of 0 and 1 is neither. */
  #mean(id: string, { comparison, overMs }: AlertCondition, metric: AlertMetric, atMs: number): number | null {
    const fromMs = atMs - Math.max(overMs ?? metric.overMs, 1);
    const kept = (this.#kept.get(id) ?? []).filter((one) => one.atMs > fromMs && one.atMs <= atMs);
    if (comparison === '==' || comparison === '!=') return kept.at(-1)?.last ?? null;
    const values = kept.flatMap(({ mean }) => mean ?? []);
    return values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;
  }

  /** Is a rule about this series? */
  #isAbout(metric: AlertMetric, { unit }: AlertCondition, info: SeriesInfo): boolean {
    if (metric.name.includes('.')) return metric.name === info.id || metric.name === `*.${nameOf(info)}`;
    if (metric.name === 'memory_growth') return isMemory(info);
    if (metric.name === 'generator_cpu') return info.role === 'generator' && nameOf(info) === 'cpu_percent';
    if (!isJudged(info)) return false;
    if (metric.name !== 'memory_usage') return metric.series?.includes(nameOf(info)) ?? false;
    // A source that tells its use of the limit tells it once.
    const share = `${info.source}.usage_percent`;
    return unit === 'percent' && this.#series.has(share) ? info.id === share : isMemory(info);
  }

  #limitOf({ source }: SeriesInfo): string | null {
    const names = ['limit_bytes', 'memory_limit_bytes'].map((name) => `${source}.${name}`);
    return names.find((id) => this.#series.has(id)) ?? null;
  }
}

const isMemory = (info: SeriesInfo): boolean => info.memory && info.unit === 'bytes' && isJudged(info);

const nameOf = ({ id, source }: SeriesInfo): string => id.slice(source.length + 1);

const unitFor = ({ unit }: AlertCondition, info: SeriesInfo): string => (unit === 'raw' ? info.unit : unit);
