/** What rows tell of one metric at one instant. */
export interface Reading {
  /** Event time: the end of the window, interval or stretch that it tells of, Unix ms. */
  atMs: number;
  /** The series, source or request that it is about; null: the run. */
  instance: string | null;
  /**
   * `known`: value and bounds count. `not_judged`: nothing is asked of this time (warm-up, excluded, paused, not
   * offered). `unknown`: there should be a value, there was one before, and for long enough there has been none.
   */
  told: 'known' | 'not_judged' | 'unknown';
  /** In the unit of the condition. */
  value: number | null;
  /**
   * Where the true value lies; equal to `value` for what is simply read. A condition must hold at the bound that is
   * harder to meet: a share of few things says little.
   */
  low: number;
  high: number;
  /** With what it was computed from: `3.1 % (14 of 452 requests in 5 min)`. */
  evidence: string;
}

/** A value that is what it is. */
export const exact = (atMs: number, instance: string | null, value: number, evidence: string): Reading => ({
  ...{ atMs, instance, told: 'known', value, evidence },
  low: value,
  high: value,
});

export const notJudged = (atMs: number, instance: string | null, evidence: string): Reading => ({
  ...{ atMs, instance, told: 'not_judged', value: null, evidence },
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
});

export const unknown = (atMs: number, instance: string | null, evidence: string): Reading => ({
  ...notJudged(atMs, instance, evidence),
  told: 'unknown',
});
