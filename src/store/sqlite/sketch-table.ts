import type { Database, Statement } from 'better-sqlite3';
import { durationsOriginMs, stepStart } from '../../model/duration-grid.ts';
import type { Run } from '../../model/run.ts';
import { emptySketch, mergeSketch } from '../../model/sketch.ts';
import { type LoadWindow, WINDOW_MS } from '../../model/window.ts';
import type { SketchRow, TimeRange } from '../store.ts';
import { HOUR_MS, type Limits, limitsOf, PACK_MS } from './hours.ts';
import { decodeSketches, encodeSketches } from './sketch-codec.ts';

/** How finely durations are kept: of the last hours, and for good; and where the steps begin. */
export interface SketchSteps {
  recentMs: number;
  packedMs: number;
  originMs: number;
}

const MINUTE_MS = 60_000;
/** Hours of the profile pass within a minute of a rehearsal: it keeps its windows' own step. */
export function sketchStepsOf(run: Run): SketchSteps {
  const originMs = durationsOriginMs(run);
  return run.compression > 1
    ? { recentMs: WINDOW_MS, packedMs: WINDOW_MS, originMs }
    : { recentMs: MINUTE_MS, packedMs: 5 * MINUTE_MS, originMs };
}
/** A live view wants minutes of the last hours; what is older is judged only. */
export const FINE_HOURS = 2;

/** Durations: one row a step for the last hours; before that one compressed row for each `PACK_MS`, merged to the packed step. */
export class SketchTable {
  readonly #minute: Statement<[string, number], { body: Buffer }>;
  readonly #putMinute: Statement<[string, number, Buffer]>;
  readonly #oldest: Statement<[string], { atMs: number | null }>;
  readonly #minutes: Statement<[string, ...Limits], { body: Buffer }>;
  readonly #deleteMinutes: Statement<[string, ...Limits]>;
  readonly #putHour: Statement<[string, number, Buffer]>;
  readonly #hours: Statement<[string, ...Limits], { body: Buffer }>;

  constructor(db: Database) {
    this.#minute = db.prepare('SELECT body FROM sketch_minute WHERE run_id = ? AND at_ms = ?');
    this.#putMinute = db.prepare('INSERT OR REPLACE INTO sketch_minute (run_id, at_ms, body) VALUES (?, ?, ?)');
    this.#oldest = db.prepare('SELECT min(at_ms) AS atMs FROM sketch_minute WHERE run_id = ?');
    this.#minutes = db.prepare(
      'SELECT body FROM sketch_minute WHERE run_id = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms',
    );
    this.#deleteMinutes = db.prepare('DELETE FROM sketch_minute WHERE run_id = ? AND at_ms >= ? AND at_ms < ?');
    this.#putHour = db.prepare('INSERT OR REPLACE INTO sketch_hour (run_id, at_ms, body) VALUES (?, ?, ?)');
    this.#hours = db.prepare(
      'SELECT body FROM sketch_hour WHERE run_id = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms',
    );
  }

  /** Merges the windows' durations into their steps. Runs in the caller's transaction. */
  add(runId: string, windows: readonly LoadWindow[], steps: SketchSteps): void {
    const { recentMs, originMs } = steps;
    const byStep = Map.groupBy(windows, ({ startMs }) => stepStart(startMs, recentMs, originMs));
    for (const [atMs, inStep] of byStep) {
      const before = this.#minute.get(runId, atMs);
      const rows = before === undefined ? [] : decodeSketches(before.body);
      const added = inStep
        .flatMap(({ requests }) => requests)
        .filter(({ durationsMs }) => durationsMs.count > 0)
        .map(({ scenario, name, outcome, durationsMs }) => ({
          atMs,
          stepMs: recentMs,
          scenario,
          name,
          outcome,
          durationsMs,
        }));
      if (added.length > 0)
        this.#putMinute.run(runId, atMs, encodeSketches(merged([...rows, ...added], recentMs, originMs), false));
    }
  }

  /**
   * Packs one part of an hour that ended `FINE_HOURS` before `untilMs`, or earlier; false when there was none. Runs in the
   * caller's transaction.
   */
  pack(runId: string, untilMs: number, { packedMs, originMs }: SketchSteps): boolean {
    const oldestMs = this.#oldest.get(runId)?.atMs ?? null;
    if (oldestMs === null || stepStart(oldestMs, HOUR_MS, originMs) + (1 + FINE_HOURS) * HOUR_MS > untilMs)
      return false;
    const fromMs = stepStart(oldestMs, PACK_MS, originMs);
    const part: Limits = [fromMs, fromMs + PACK_MS];
    // Late windows may fall into a part that is packed already.
    const rows = [...this.#hours.all(runId, ...part), ...this.#minutes.all(runId, ...part)];
    const fine = rows.flatMap(({ body }) => decodeSketches(body));
    this.#putHour.run(runId, fromMs, encodeSketches(merged(fine, packedMs, originMs), true));
    this.#deleteMinutes.run(runId, ...part);
    return true;
  }

  read(runId: string, range: TimeRange | undefined): SketchRow[] {
    const [fromMs, untilMs] = limitsOf(range);
    const hours = this.#hours.all(runId, fromMs - HOUR_MS + 1, untilMs);
    return [...hours, ...this.#minutes.all(runId, fromMs, untilMs)]
      .flatMap(({ body }) => decodeSketches(body))
      .filter(({ atMs }) => atMs >= fromMs && atMs < untilMs)
      .sort((a, b) => a.atMs - b.atMs);
  }
}

/** One row for each step, scenario, name and outcome, in order of time. */
function merged(rows: readonly SketchRow[], stepMs: number, originMs: number): SketchRow[] {
  const cells = new Map<string, SketchRow>();
  for (const row of rows) {
    const atMs = stepStart(row.atMs, stepMs, originMs);
    const key = JSON.stringify([atMs, row.scenario, row.name, row.outcome]);
    const cell = cells.get(key) ?? { ...row, atMs, stepMs, durationsMs: emptySketch() };
    cells.set(key, cell);
    mergeSketch(cell.durationsMs, row.durationsMs);
  }
  return [...cells.values()].sort((a, b) => a.atMs - b.atMs);
}
