import type { Database, Statement } from 'better-sqlite3';
import type { LoadWindow } from '../../model/window.ts';
import type { TimeRange, WindowRow } from '../store.ts';
import { HOUR_MS, hourOf, type Limits, limitsOf, PACK_MS } from './hours.ts';
import { decodeWindows, encodeWindows } from './window-codec.ts';

/** Counters of windows: single rows while their hour lasts, then one compressed row for each `PACK_MS`. */
export class WindowTable {
  readonly #see: Statement<[number, number]>;
  readonly #add: Statement<[string, number, Buffer]>;
  readonly #oldest: Statement<[string], { startMs: number | null }>;
  readonly #singles: Statement<[string, ...Limits], { body: Buffer }>;
  readonly #addChunk: Statement<[string, number, number, Buffer]>;
  readonly #deleteSingles: Statement<[string, ...Limits]>;
  readonly #chunks: Statement<[string, ...Limits], { body: Buffer }>;

  constructor(db: Database) {
    this.#see = db.prepare('INSERT OR IGNORE INTO window_seen (process_key, sequence) VALUES (?, ?)');
    this.#add = db.prepare('INSERT INTO window_single (run_id, start_ms, body) VALUES (?, ?, ?)');
    this.#oldest = db.prepare('SELECT min(start_ms) AS startMs FROM window_single WHERE run_id = ?');
    this.#singles = db.prepare(
      'SELECT body FROM window_single WHERE run_id = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms, id',
    );
    this.#addChunk = db.prepare('INSERT INTO window_chunk (run_id, first_ms, last_ms, body) VALUES (?, ?, ?, ?)');
    this.#deleteSingles = db.prepare('DELETE FROM window_single WHERE run_id = ? AND start_ms >= ? AND start_ms < ?');
    this.#chunks = db.prepare(
      'SELECT body FROM window_chunk WHERE run_id = ? AND last_ms >= ? AND first_ms < ? ORDER BY id',
    );
  }

  /** Adds the windows of one process that are not stored yet and returns those. Runs in the caller's transaction. */
  add(runId: string, processKey: number, windows: readonly LoadWindow[]): LoadWindow[] {
    const fresh = windows.filter(({ sequence }) => this.#see.run(processKey, sequence).changes > 0);
    for (const window of fresh) this.#add.run(runId, window.startMs, encodeWindows([withoutSketches(window)], false));
    return fresh;
  }

  /** Packs one part of an hour that was over at `untilMs`; false when there was none. Runs in the caller's transaction. */
  pack(runId: string, untilMs: number): boolean {
    const oldestMs = this.#oldest.get(runId)?.startMs ?? null;
    if (oldestMs === null || hourOf(oldestMs) + HOUR_MS > untilMs) return false;
    const fromMs = Math.floor(oldestMs / PACK_MS) * PACK_MS;
    const part: Limits = [fromMs, fromMs + PACK_MS];
    const windows = this.#singles.all(runId, ...part).flatMap(({ body }) => decodeWindows(body));
    this.#addChunk.run(
      runId,
      windows[0]?.startMs ?? fromMs,
      windows.at(-1)?.startMs ?? fromMs,
      encodeWindows(windows, true),
    );
    this.#deleteSingles.run(runId, ...part);
    return true;
  }

  read(runId: string, range: TimeRange | undefined): WindowRow[] {
    const limits = limitsOf(range);
    const [fromMs, untilMs] = limits;
    return [...this.#chunks.all(runId, ...limits), ...this.#singles.all(runId, ...limits)]
      .flatMap(({ body }) => decodeWindows(body))
      .filter(({ startMs }) => startMs >= fromMs && startMs < untilMs)
      .sort((a, b) => a.startMs - b.startMs);
  }
}

function withoutSketches({ requests, ...window }: LoadWindow): WindowRow {
  return { ...window, requests: requests.map(({ durationsMs: _, ...cell }) => cell) };
}
