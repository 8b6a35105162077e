import type { Database, Statement } from 'better-sqlite3';
import { joinParts, type Sample, type SampleValues, type SeriesInfo, samePart } from '../../model/sample.ts';
import type { TimeRange } from '../store.ts';
import { HOUR_MS, hourOf, type Limits, limitsOf } from './hours.ts';
import { decodeSamples, encodeSamples } from './sample-codec.ts';

interface SeriesRow {
  key: number;
  id: string;
  body: string;
}

/** What need not be asked of the file with every write. */
interface KnownRun {
  keys: Map<string, number>;
  /** No hour from here on was packed. It may be later than needed (a transaction was undone), never earlier. */
  packedUntilMs: number;
}

/** Hours of one series that one write packs at least, when so many are due: about a millisecond each. */
const LEAST_PACKED_AT_ONCE = 8;
/** However many series there are, an hour is packed within so many writes: half as many as it has minutes. */
const WRITES_TO_PACK_IN = 30;

/**
 * Series and their samples: rows while their hour lasts, then, a few series with each write, one compressed row for
 * each series and hour. An interval that was read in parts keeps them, in the order in which they came, so that a
 * row written again is always known; they are joined when they are read.
 */
export class SampleTable {
  readonly #addSeries: Statement<[string, string, string]>;
  readonly #series: Statement<[string], SeriesRow>;
  readonly #add: Statement<
    [number, number, number, number | null, number | null, number | null, number | null, number]
  >;
  readonly #parts: Statement<[number, ...Limits], SampleValues>;
  readonly #due: Statement<[string, number, number], { key: number; atMs: number }>;
  readonly #deleteParts: Statement<[number, ...Limits]>;
  readonly #putHour: Statement<[number, number, Buffer]>;
  readonly #hours: Statement<[number, ...Limits], { body: Buffer }>;
  readonly #newestHour: Statement<[string], { atMs: number | null }>;
  readonly #known = new Map<string, KnownRun>();

  constructor(db: Database) {
    this.#addSeries = db.prepare(
      'INSERT INTO series (run_id, id, body) VALUES (?, ?, ?) ON CONFLICT (run_id, id) DO UPDATE SET body = excluded.body',
    );
    this.#series = db.prepare('SELECT key, id, body FROM series WHERE run_id = ? ORDER BY key');
    this.#add = db.prepare(
      'INSERT OR IGNORE INTO sample_part (series_key, at_ms, part, min, mean, max, last, readings) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#parts = db.prepare(
      `SELECT at_ms AS atMs, min, mean, max, last, readings FROM sample_part
       WHERE series_key = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms, part`,
    );
    this.#due = db.prepare(
      `SELECT series_key AS key, min(at_ms) AS atMs FROM sample_part
       WHERE series_key IN (SELECT key FROM series WHERE run_id = ?) AND at_ms < ? GROUP BY series_key LIMIT ?`,
    );
    this.#deleteParts = db.prepare('DELETE FROM sample_part WHERE series_key = ? AND at_ms >= ? AND at_ms < ?');
    this.#putHour = db.prepare('INSERT OR REPLACE INTO sample_hour (series_key, at_ms, body) VALUES (?, ?, ?)');
    this.#hours = db.prepare(
      'SELECT body FROM sample_hour WHERE series_key = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms',
    );
    this.#newestHour = db.prepare(
      'SELECT max(at_ms) AS atMs FROM sample_hour WHERE series_key IN (SELECT key FROM series WHERE run_id = ?)',
    );
  }

  /** A series declared again takes the new description. Runs in the caller's transaction. */
  addSeries(runId: string, series: readonly SeriesInfo[]): void {
    this.#known.delete(runId);
    for (const info of series) this.#addSeries.run(runId, info.id, JSON.stringify(info));
  }

  /** In order of declaration. */
  series(runId: string): SeriesInfo[] {
    return this.#series.all(runId).map(({ body }): SeriesInfo => JSON.parse(body));
  }

  /** Throws an Error for a series that was not declared. Runs in the caller's transaction. */
  add(runId: string, samples: readonly Sample[]): void {
    if (samples.length === 0) return;
    const known = this.#knownOf(runId);
    let newestMs = Number.MIN_SAFE_INTEGER;
    for (const { series, ...values } of samples) {
      const key = known.keys.get(series);
      if (key === undefined) throw new Error(`series ${series} was not declared`);
      newestMs = Math.max(newestMs, values.atMs);
      if (values.atMs >= known.packedUntilMs || !this.#isPacked(key, values)) this.#addPart(key, values);
    }
    // Where samples are so far apart that the hour before last is not packed yet, all of it is due now.
    this.#pack(runId, hourOf(newestMs) - HOUR_MS, Number.POSITIVE_INFINITY);
    this.#pack(runId, hourOf(newestMs), Math.max(LEAST_PACKED_AT_ONCE, Math.ceil(known.keys.size / WRITES_TO_PACK_IN)));
  }

  /** Packs all there is. Runs in the caller's transaction. */
  packAll(runId: string): void {
    this.#pack(runId, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY);
  }

  read(runId: string, options: (TimeRange & { series?: string[] }) | undefined): Sample[] {
    const [fromMs, untilMs] = limitsOf(options);
    const wanted = options?.series === undefined ? null : new Set(options.series);
    const samples: Sample[] = [];
    for (const { key, id } of this.#series.all(runId)) {
      if (wanted !== null && !wanted.has(id)) continue;
      const packed = this.#packed(key, [fromMs - HOUR_MS + 1, untilMs]);
      for (const values of joined(inOrder([...packed, ...this.#parts.all(key, fromMs, untilMs)]))) {
        const { atMs, min, mean, max, last, readings } = values;
        if (atMs >= fromMs && atMs < untilMs) samples.push({ series: id, atMs, min, mean, max, last, readings });
      }
    }
    return samples.sort((a, b) => a.atMs - b.atMs);
  }

  #knownOf(runId: string): KnownRun {
    let known = this.#known.get(runId);
    if (known === undefined) {
      const newestMs = this.#newestHour.get(runId)?.atMs ?? null;
      known = {
        keys: new Map(this.#series.all(runId).map(({ id, key }) => [id, key])),
        packedUntilMs: newestMs === null ? Number.MIN_SAFE_INTEGER : newestMs + HOUR_MS,
      };
      this.#known.set(runId, known);
    }
    return known;
  }

  #addPart(key: number, values: SampleValues): void {
    const { atMs, min, mean, max, last, readings } = values;
    if (this.#add.run(key, atMs, 0, min, mean, max, last, readings).changes > 0) return;
    const parts = this.#parts.all(key, atMs, atMs + 1).filter((part) => part.atMs === atMs);
    if (parts.some((part) => samePart(part, values))) return;
    this.#add.run(key, atMs, parts.length, min, mean, max, last, readings);
  }

  /** Packs hours that were over at `untilMs`, the start of an hour: of one series each, at most `most` of them. */
  #pack(runId: string, untilMs: number, most: number): void {
    for (let left = most; left > 0; ) {
      const due = this.#due.all(runId, untilMs, Math.min(left, 1000));
      if (due.length === 0) return;
      for (const { key, atMs } of due) this.#packHour(runId, key, hourOf(atMs));
      left -= due.length;
    }
  }

  #packHour(runId: string, key: number, hourMs: number): void {
    const hour: Limits = [hourMs, hourMs + HOUR_MS];
    // Late samples may fall into an hour that is packed already.
    const samples = inOrder([...this.#packed(key, hour), ...this.#parts.all(key, ...hour)]);
    this.#putHour.run(key, hourMs, encodeSamples(samples));
    this.#deleteParts.run(key, ...hour);
    const known = this.#known.get(runId);
    if (known !== undefined) known.packedUntilMs = Math.max(known.packedUntilMs, hourMs + HOUR_MS);
  }

  #packed(key: number, limits: Limits): SampleValues[] {
    return this.#hours.all(key, ...limits).flatMap(({ body }) => decodeSamples(body));
  }

  #isPacked(key: number, values: SampleValues): boolean {
    const hourMs = hourOf(values.atMs);
    return this.#packed(key, [hourMs, hourMs + 1]).some((packed) => samePart(packed, values));
  }
}

/** In order of time; parts of one interval stay in the order in which they came. */
const inOrder = (parts: SampleValues[]): SampleValues[] => parts.sort((a, b) => a.atMs - b.atMs);

/** One sample an interval; in order of time, as the parts are. */
function joined(parts: readonly SampleValues[]): SampleValues[] {
  const samples: SampleValues[] = [];
  for (const part of parts) {
    const before = samples.at(-1);
    if (before?.atMs === part.atMs) samples[samples.length - 1] = joinParts(before, part);
    else samples.push(part);
  }
  return samples;
}
