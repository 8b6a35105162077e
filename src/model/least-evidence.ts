/**
 * How much must have been seen before a criterion is judged; less is inconclusive. Used by the verdict, and
 * by `plan` to say beforehand what a run can decide.
 */

/**
 * Requests for a quantile: about ten values beyond it (twenty for a median), so that its rank interval stays inside
 * the sample (Hahn and Meeker: Statistical Intervals, §5.2).
 */
export const REQUESTS_FOR_QUANTILE = { p50: 20, p95: 200, p99: 1000 } as const;

/** Bins of a growth or drift fit: fewer cannot carry a trend, the load and the correlation of what is left. */
export const BINS_FOR_TREND = 14;

/** Profile time, hours: a growth in less is warm-up, garbage collection or cache filling. */
export const HOURS_FOR_GROWTH = 6;

/**
 * Without an outage the uptime must reach this share of an MTBF target: a run of the target's own length may lose a
 * tenth to warm-up, exclusions and gaps, the same tenth that may be excluded at all.
 */
export const UPTIME_SHARE_FOR_MTBF = 0.9;

/** Windows with demand, one minute of them: fewer, and up or down is a matter of chance. */
export const WINDOWS_FOR_AVAILABILITY = 6;

/** Two-sided 95 %: quantile 0.975 of the normal distribution. */
export const Z_95 = 1.959964;
