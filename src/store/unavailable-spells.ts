import type { NewEvent } from '../model/run.ts';

/** A time in which the store took no rows of a run. */
interface Spell {
  sinceMs: number;
  reason: string;
  /** Rows that waited in memory. Windows wait in the spool file and are not among them. */
  waited: number;
  /** Those that were given up. */
  dropped: number;
}

/** Since when the store takes no rows, for each run that had some, until its events tell of it. */
export class UnavailableSpells {
  readonly #spells = new Map<string, Spell>();
  #reason = '';

  get isEmpty(): boolean {
    return this.#spells.size === 0;
  }

  /** The store does not work: `reason`. Where it has not worked for a while already, the first reason stays. */
  refused(runId: string, atMs: number, reason: string): void {
    this.#reason = reason;
    this.#of(runId, atMs);
  }

  /** So many rows wait for it. */
  waits(runId: string, atMs: number, rows: number): void {
    this.#of(runId, atMs).waited += rows;
  }

  dropped(runId: string, atMs: number, rows: number): void {
    this.#of(runId, atMs).dropped += rows;
  }

  /** What there is to tell now that rows are taken again. */
  over(nowMs: number): { runId: string; events: NewEvent[] }[] {
    return [...this.#spells].map(([runId, { sinceMs, reason, waited, dropped }]) => {
      const downMs = nowMs - sinceMs;
      const from: NewEvent = {
        atMs: sinceMs,
        kind: 'store_unavailable',
        severity: 'warning',
        message: `the store took no rows: ${reason}`,
        data: { reason },
      };
      const to: NewEvent = {
        atMs: nowMs,
        kind: 'store_available',
        severity: 'info',
        message: `the store takes rows again after ${(downMs / 1000).toFixed(1)} s: ${waited} rows waited, ${dropped} were dropped`,
        data: { downMs, waited, dropped },
      };
      return { runId, events: [from, to] };
    });
  }

  told(runId: string): void {
    this.#spells.delete(runId);
  }

  #of(runId: string, atMs: number): Spell {
    const spell = this.#spells.get(runId) ?? { sinceMs: atMs, reason: this.#reason, waited: 0, dropped: 0 };
    this.#spells.set(runId, spell);
    return spell;
  }
}
