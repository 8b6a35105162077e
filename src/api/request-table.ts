import { addToSketch, emptySketch, mergeSketch, quantileOf, type Sketch } from '../model/sketch.ts';
import type { Outcome } from '../model/window.ts';
import type { SketchRow } from '../store/store.ts';

export interface RequestLine {
  name: string;
  requests: number;
  failed: number;
  byOutcome: Record<Outcome, number>;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

/** Requests by name over a stretch: how many, what became of them, how long they took, a failure as no faster than the time-out. */
export class RequestTable {
  readonly #timeoutMs: number;
  readonly #lines = new Map<string, { byOutcome: Record<Outcome, number>; durationsMs: Sketch }>();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  add({ name, outcome, durationsMs }: SketchRow): void {
    const line = this.#lines.get(name) ?? {
      byOutcome: { ok: 0, http_error: 0, timeout: 0, connect: 0 },
      durationsMs: emptySketch(),
    };
    this.#lines.set(name, line);
    line.byOutcome[outcome] += durationsMs.count;
    if (outcome === 'ok') mergeSketch(line.durationsMs, durationsMs);
    else if (durationsMs.count > 0) {
      const tookMs = Math.max(this.#timeoutMs, quantileOf(durationsMs, 0.5) ?? 0);
      addToSketch(line.durationsMs, tookMs, durationsMs.count);
    }
  }

  /** Those with most requests first. */
  lines(): RequestLine[] {
    return Array.from(this.#lines, ([name, { byOutcome, durationsMs }]) => {
      const requests = Object.values(byOutcome).reduce((sum, count) => sum + count, 0);
      const [p50Ms = null, p95Ms = null, p99Ms = null] = [0.5, 0.95, 0.99].map((share) =>
        quantileOf(durationsMs, share),
      );
      return { name, requests, failed: requests - byOutcome.ok, byOutcome, p50Ms, p95Ms, p99Ms };
    }).toSorted((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1));
  }
}
