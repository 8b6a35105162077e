/** k6 and soakd under one memory limit: a container's, a unit's. k6 is bounded first, so that it cannot take soakd along. */

const MIB = 1024 ** 2;

/**
 * What is left to soakd when there is plenty: the daemon beside a busy run, and the process that judges or writes a
 * report (bench/README.md: 150 MB and 400 MB).
 */
const SOAKD_BYTES = 640 * MIB;
/** Go's limit is soft and does not know memory that the kernel holds for k6 (Go's guide to its collector: leave 5 to 10 %). */
const HEADROOM = 0.9;

/**
 * Go's soft limit for k6 when k6 and soakd together may use `limitBytes`: what soakd does not need, but at least half.
 * Near it k6 collects more often, which costs processor time; arrivals that come late then are not counted against the
 * target.
 */
export function k6MemoryBytes(limitBytes: number): number {
  return Math.floor(Math.max(limitBytes / 2, limitBytes - SOAKD_BYTES) * HEADROOM);
}

/** Variables of the Go runtime in k6. One that is set already was meant so. */
export function k6MemoryVariables(
  limitBytes: number | null,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  if (limitBytes === null || env.GOMEMLIMIT !== undefined) return {};
  return { GOMEMLIMIT: `${k6MemoryBytes(limitBytes)}` };
}

/**
 * Where memory ends all the same, k6 goes before soakd: the score counts it as larger by 0.3 of the limit. Not more,
 * because on a machine without a limit a target that leaks has to go before its generator.
 */
export const K6_OOM_THOUSANDTHS = 300;
