import type { NewEvent, Transition } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';

/** Rows of one call, kept together. */
export type RowsOfCall = { runId: string } & (
  | { kind: 'samples'; rows: Sample[] }
  | { kind: 'events'; rows: NewEvent[] }
  | { kind: 'series'; rows: SeriesInfo[] }
  | { kind: 'transition'; rows: Transition[] }
);

/** What one run has lost and not been told yet. */
export interface Loss {
  runId: string;
  /** Rows by kind. */
  dropped: Record<string, number>;
  reason: string;
}

/**
 * Rows in the order in which they came, up to a limit. Beyond it the oldest samples give way, then the oldest events;
 * series and transitions are few and stay: without them the others mean nothing.
 */
export class WaitingRows {
  readonly #limit: number;
  readonly #calls: RowsOfCall[] = [];
  readonly #losses = new Map<string, Loss>();
  #rows = 0;
  #droppedRows = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Over the whole life. */
  get droppedRows(): number {
    return this.#droppedRows;
  }

  get isEmpty(): boolean {
    return this.#calls.length === 0 && this.#losses.size === 0;
  }

  get first(): RowsOfCall | null {
    return this.#calls[0] ?? null;
  }

  add(call: RowsOfCall): void {
    if (call.rows.length === 0) return;
    this.#calls.push(call);
    this.#rows += call.rows.length;
    while (this.#rows > this.#limit) {
      const samples = this.#calls.findIndex(({ kind }) => kind === 'samples');
      const victim = samples >= 0 ? samples : this.#calls.findIndex(({ kind }) => kind === 'events');
      if (victim < 0) return;
      this.#drop(victim, `more than ${this.#limit} rows waited`);
    }
  }

  removeFirst(): void {
    this.#rows -= this.#calls.shift()?.rows.length ?? 0;
  }

  dropFirst(reason: string): void {
    if (this.#calls.length > 0) this.#drop(0, reason);
  }

  /** Losses that no event tells of yet. */
  unconfessed(): Loss[] {
    return [...this.#losses.values()];
  }

  confessed(runId: string): void {
    this.#losses.delete(runId);
  }

  #drop(at: number, reason: string): void {
    const [call] = this.#calls.splice(at, 1);
    if (call === undefined) return;
    this.#rows -= call.rows.length;
    this.#droppedRows += call.rows.length;
    const loss = this.#losses.get(call.runId) ?? { runId: call.runId, dropped: {}, reason };
    loss.dropped[call.kind] = (loss.dropped[call.kind] ?? 0) + call.rows.length;
    this.#losses.set(call.runId, loss);
  }
}
