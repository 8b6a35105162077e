import type { Database, Statement } from 'better-sqlite3';
import type { Sample, SeriesInfo } from '../../model/sample.ts';
import type { TimeRange } from '../store.ts';
import { HOUR_MS, hourOf, type Limits, limitsOf } from './hours.ts';
import { decodeSamples, encodeSamples, type SampleValues } from './sample-codec.ts';

interface SeriesRow {
  key: number;
  id: string;
  body: string;
}

/** Series and their samples: single rows while their hour lasts, then one compressed row for each series and hour. */
export class SampleTable {
  readonly #addSeries: Statement<[string, string, string]>;
  readonly #series: Statement<[string], SeriesRow>;
  readonly #add: Statement<[number, number, number | null, number | null, number | null, number | null, number]>;
  readonly #oldest: Statement<[string], { atMs: number | null }>;
  readonly #singles: Statement<[number, ...Limits], SampleValues>;
  readonly #deleteSingles: Statement<[number, ...Limits]>;
  readonly #putHour: Statement<[number, number, Buffer]>;
  readonly #hours: Statement<[number, ...Limits], { body: Buffer }>;

  constructor(db: Database) {
    this.#addSeries = db.prepare(
      'INSERT INTO series (run_id, id, body) VALUES (?, ?, ?) ON CONFLICT (run_id, id) DO UPDATE SET body = excluded.body',
    );
    this.#series = db.prepare('SELECT key, id, body FROM series WHERE run_id = ? ORDER BY key');
    this.#add = db.prepare(
      'INSERT OR IGNORE INTO sample_single (series_key, at_ms, min, mean, max, last, readings) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#oldest = db.prepare(
      'SELECT min(at_ms) AS atMs FROM sample_single WHERE series_key IN (SELECT key FROM series WHERE run_id = ?)',
    );
    this.#singles = db.prepare(
      `SELECT at_ms AS atMs, min, mean, max, last, readings FROM sample_single
       WHERE series_key = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms`,
    );
    this.#deleteSingles = db.prepare('DELETE FROM sample_single WHERE series_key = ? AND at_ms >= ? AND at_ms < ?');
    this.#putHour = db.prepare('INSERT OR REPLACE INTO sample_hour (series_key, at_ms, body) VALUES (?, ?, ?)');
    this.#hours = db.prepare(
      'SELECT body FROM sample_hour WHERE series_key = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms',
    );
  }

  /** A series declared again takes the new description. Runs in the caller's transaction. */
  addSeries(runId: string, series: readonly SeriesInfo[]): void {
    for (const info of series) this.#addSeries.run(runId, info.id, JSON.stringify(info));
  }

  /** In order of declaration. */
  series(runId: string): SeriesInfo[] {
    return this.#series.all(runId).map(({ body }): SeriesInfo => JSON.parse(body));
  }

  /** Throws an Error for a series that was not declared. Runs in the caller's transaction. */
  add(runId: string, samples: readonly Sample[]): void {
    const keys = new Map(this.#series.all(runId).map(({ id, key }) => [id, key]));
    for (const { series, atMs, min, mean, max, last, readings } of samples) {
      const key = keys.get(series);
      if (key === undefined) throw new Error(`series ${series} was not declared`);
      if (this.#isPacked(key, atMs)) continue;
      this.#add.run(key, atMs, min, mean, max, last, readings);
    }
    const newestMs = samples.reduce((newest, { atMs }) => Math.max(newest, atMs), Number.MIN_SAFE_INTEGER);
    if (samples.length > 0) this.pack(runId, hourOf(newestMs));
  }

  /** Packs every hour that was over at `untilMs`. Runs in the caller's transaction. */
  pack(runId: string, untilMs: number): void {
    for (;;) {
      const oldestMs = this.#oldest.get(runId)?.atMs ?? null;
      if (oldestMs === null || hourOf(oldestMs) + HOUR_MS > untilMs) return;
      const hour: Limits = [hourOf(oldestMs), hourOf(oldestMs) + HOUR_MS];
      for (const { key } of this.#series.all(runId)) {
        const singles = this.#singles.all(key, ...hour);
        if (singles.length === 0) continue;
        // Late samples may fall into an hour that is packed already.
        const samples = [...this.#packed(key, hour), ...singles].sort((a, b) => a.atMs - b.atMs);
        this.#putHour.run(key, hour[0], encodeSamples(samples));
        this.#deleteSingles.run(key, ...hour);
      }
    }
  }

  read(runId: string, options: (TimeRange & { series?: string[] }) | undefined): Sample[] {
    const [fromMs, untilMs] = limitsOf(options);
    const wanted = options?.series === undefined ? null : new Set(options.series);
    const samples: Sample[] = [];
    for (const { key, id } of this.#series.all(runId)) {
      if (wanted !== null && !wanted.has(id)) continue;
      for (const values of [
        ...this.#packed(key, [fromMs - HOUR_MS + 1, untilMs]),
        ...this.#singles.all(key, fromMs, untilMs),
      ]) {
        const { atMs, min, mean, max, last, readings } = values;
        if (atMs >= fromMs && atMs < untilMs) samples.push({ series: id, atMs, min, mean, max, last, readings });
      }
    }
    return samples.sort((a, b) => a.atMs - b.atMs);
  }

  #packed(key: number, limits: Limits): SampleValues[] {
    return this.#hours.all(key, ...limits).flatMap(({ body }) => decodeSamples(body));
  }

  #isPacked(key: number, atMs: number): boolean {
    const hour: Limits = [hourOf(atMs), hourOf(atMs) + 1];
    return this.#packed(key, hour).some((sample) => sample.atMs === atMs);
  }
}
