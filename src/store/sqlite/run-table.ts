import type { Database, Statement } from 'better-sqlite3';
import {
  FINAL_STATES,
  isFinal,
  type LoadProcessRow,
  type Run,
  type RunState,
  type Transition,
} from '../../model/run.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Store } from '../store.ts';

export type RunWithState = Run & { state: RunState; endedMs: number | null };

export type ListOptions = NonNullable<Parameters<Store['runs']>[0]>;

interface ListedRow {
  body: string;
  state: RunState | null;
  atMs: number | null;
}

/** No cursor begins with the newest; a negative limit is none. */
type ListValues = [{ limit: number; beforeId: string | null }];

type ProcessValues = [string, string, number, number, number, string, number, number | null, string | null];

/** Runs, how they went from state to state, their load processes and verdicts. Writes run in the caller's transaction. */
export class RunTable {
  readonly #create: Statement<[string, number, string]>;
  readonly #run: Statement<[string], { body: string }>;
  readonly #all: Statement<ListValues, ListedRow>;
  readonly #unfinished: Statement<ListValues, ListedRow>;
  readonly #addTransition: Statement<[string, number, string | null, string, string]>;
  readonly #transitions: Statement<[string], Transition>;
  readonly #putProcess: Statement<ProcessValues>;
  readonly #processes: Statement<[string], LoadProcessRow>;
  readonly #commit: Statement<[number, string, string], { key: number }>;
  readonly #putVerdict: Statement<[string, string]>;
  readonly #verdict: Statement<[string], { body: string }>;

  constructor(db: Database) {
    const listed = (condition: string): string =>
      `SELECT body, to_state AS state, at_ms AS atMs FROM run
       LEFT JOIN transition ON transition.id = (SELECT max(id) FROM transition WHERE run_id = run.id)
       WHERE (@beforeId IS NULL OR (created_ms, run.id) < (SELECT created_ms, id FROM run WHERE id = @beforeId))
         AND ${condition}
       ORDER BY created_ms DESC, run.id DESC LIMIT @limit`;
    this.#create = db.prepare('INSERT INTO run (id, created_ms, body) VALUES (?, ?, ?)');
    this.#run = db.prepare('SELECT body FROM run WHERE id = ?');
    this.#all = db.prepare(listed('true'));
    const final = FINAL_STATES.map((state) => `'${state}'`).join(', ');
    this.#unfinished = db.prepare(listed(`(to_state IS NULL OR to_state NOT IN (${final}))`));
    this.#addTransition = db.prepare(
      'INSERT INTO transition (run_id, at_ms, from_state, to_state, reason) VALUES (?, ?, ?, ?, ?)',
    );
    this.#transitions = db.prepare(
      'SELECT at_ms AS atMs, from_state AS "from", to_state AS "to", reason FROM transition WHERE run_id = ? ORDER BY id',
    );
    // Whoever knows an older offset must not take it back: rows and offset belong together.
    this.#putProcess = db.prepare(
      `INSERT INTO load_process
         (run_id, process_id, pid, start_ticks, started_ms, spool_file, committed_offset, exited_ms, exit_reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (run_id, process_id) DO UPDATE SET
         pid = excluded.pid, start_ticks = excluded.start_ticks, started_ms = excluded.started_ms,
         spool_file = excluded.spool_file, committed_offset = max(committed_offset, excluded.committed_offset),
         exited_ms = excluded.exited_ms, exit_reason = excluded.exit_reason`,
    );
    this.#processes = db.prepare(
      `SELECT process_id AS processId, pid, start_ticks AS startTicks, started_ms AS startedMs, spool_file AS spoolFile,
         committed_offset AS committedOffset, exited_ms AS exitedMs, exit_reason AS exitReason
       FROM load_process WHERE run_id = ? ORDER BY started_ms, key`,
    );
    this.#commit = db.prepare(
      `UPDATE load_process SET committed_offset = max(committed_offset, ?)
       WHERE run_id = ? AND process_id = ? RETURNING key`,
    );
    this.#putVerdict = db.prepare('INSERT OR IGNORE INTO verdict (run_id, body) VALUES (?, ?)');
    this.#verdict = db.prepare('SELECT body FROM verdict WHERE run_id = ?');
  }

  create(run: Run): void {
    this.#create.run(run.id, run.createdMs, JSON.stringify(run));
  }

  get(id: string): Run | null {
    const row = this.#run.get(id);
    return row === undefined ? null : JSON.parse(row.body);
  }

  list({ limit = -1, unfinishedOnly = false, beforeId }: ListOptions = {}): RunWithState[] {
    const rows = (unfinishedOnly ? this.#unfinished : this.#all).all({ limit, beforeId: beforeId ?? null });
    return rows.map(({ body, state, atMs }) => {
      const run: Run = JSON.parse(body);
      return { ...run, state: state ?? 'preparing', endedMs: state !== null && isFinal(state) ? atMs : null };
    });
  }

  addTransition(runId: string, { atMs, from, to, reason }: Transition): void {
    this.#addTransition.run(runId, atMs, from, to, reason);
  }

  transitions(runId: string): Transition[] {
    return this.#transitions.all(runId);
  }

  putProcess(runId: string, row: LoadProcessRow): void {
    const { processId, pid, startTicks, startedMs, spoolFile, committedOffset, exitedMs, exitReason } = row;
    this.#putProcess.run(
      runId,
      processId,
      pid,
      startTicks,
      startedMs,
      spoolFile,
      committedOffset,
      exitedMs,
      exitReason,
    );
  }

  processes(runId: string): LoadProcessRow[] {
    return this.#processes.all(runId);
  }

  /** Moves the committed offset and returns the process's key. Throws an Error for a process that has no row. */
  commitOffset(runId: string, processId: string, offset: number): number {
    const row = this.#commit.get(offset, runId, processId);
    if (row === undefined) throw new Error(`process ${processId} of run ${runId} has no row`);
    return row.key;
  }

  putVerdict(runId: string, verdict: Verdict): void {
    this.#putVerdict.run(runId, JSON.stringify(verdict));
  }

  verdict(runId: string): Verdict | null {
    const row = this.#verdict.get(runId);
    return row === undefined ? null : JSON.parse(row.body);
  }
}
