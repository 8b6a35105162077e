import type { WindowRow } from '../store/store.ts';
import { betaCdf } from './distributions.ts';

export interface OutageInput {
  /** In order of start; windows that were not offered are left out. */
  windows: readonly WindowRow[];
  requestsPerIteration: number;
  timeoutMs: number;
  /** A run that is over, or this instant of a live one: an episode that reaches it is open. */
  endMs: number;
}

export interface OutageEpisode {
  startMs: number;
  /** null: not over when the windows end. */
  endMs: number | null;
  /** Failed requests, and starved arrivals in requests. */
  failures: number;
  cause: string;
}

/** A lone failed request is an error, not an outage. */
export const MIN_FAILURES = 3;
/** An episode that scattered errors would make somewhere in the run with more than this probability is none. */
const CHANCE = 0.01;
/** What is believed of the error rate before the first request: half an error in fifty. */
const PRIOR = { failed: 0.5, total: 50 };
/** Down when at least this share of the demand failed. */
const DOWN_SHARE = 0.5;

interface Demand {
  total: number;
  failed: number;
  byCause: Record<Cause, number>;
}

type Cause = 'connect' | 'timeout' | 'http_error' | 'starved' | 'hung';

const CAUSES: Record<Cause, string> = {
  connect: 'connections refused or cut',
  timeout: 'no answer within the time-out',
  http_error: 'answers with errors',
  starved: 'requests hang, no user is free',
  hung: 'requests hang beyond the time-out',
};

/**
 * Episodes in which the target was down: windows in which at least half of the demand failed, where demand is
 * requests ended plus arrivals that starved because every user hung in a request. Windows without demand carry the state
 * on, unless a request hangs beyond the time-out. The edges are placed within their window by the share that failed there,
 * and a time-out says that the target was away when the request was *sent*. At a few requests a window errors that fall
 * together by chance look like an outage: an episode must be improbable at the error rate of the rest of the run.
 */
export function outagesOf({ windows, requestsPerIteration, timeoutMs, endMs }: OutageInput): OutageEpisode[] {
  const candidates: (OutageEpisode & { demand: number })[] = [];
  let open: Open | null = null;
  /** Demand outside of candidates: what errors look like while the target is up. */
  const background = { ...PRIOR };
  /** End of the last window that showed the target up. */
  let upUntilMs = Number.NEGATIVE_INFINITY;

  const close = (atMs: number | null): void => {
    if (open === null) return;
    const { startMs, failures, demand, byCause } = open;
    if (failures >= MIN_FAILURES) {
      candidates.push({
        startMs,
        endMs: atMs,
        failures: Math.round(failures),
        cause: CAUSES[largest(byCause)],
        demand,
      });
    } else {
      background.failed += failures;
      background.total += demand;
    }
    open = null;
  };

  for (const window of windows) {
    const demand = demandOf(window, requestsPerIteration, timeoutMs);
    if (demand.total === 0) {
      if (open !== null) open.untilMs = window.endMs;
      continue;
    }
    const share = demand.failed / demand.total;
    const lengthMs = window.endMs - window.startMs;
    if (share >= DOWN_SHARE) {
      if (open === null) {
        const seenMs = window.endMs - share * lengthMs;
        const sentMs = hungSinceMs(window, demand, timeoutMs, seenMs);
        open = {
          startMs: Math.max(Math.min(seenMs, sentMs), upUntilMs),
          untilMs: window.endMs,
          failures: 0,
          demand: 0,
          byCause: noCauses(),
        };
      }
      open.untilMs = window.endMs;
      open.failures += demand.failed;
      open.demand += demand.total;
      for (const cause of Object.keys(demand.byCause) as Cause[]) open.byCause[cause] += demand.byCause[cause];
    } else {
      if (open !== null) close(Math.min(window.endMs, Math.max(open.untilMs, window.startMs) + share * lengthMs));
      upUntilMs = window.endMs;
      background.failed += demand.failed;
      background.total += demand.total;
    }
  }
  if (open !== null) close(null);
  const errorRate = background.failed / background.total;
  return candidates
    .filter(({ startMs }) => startMs < endMs)
    .filter(({ failures, demand }) => {
      // Upper tail of the binomial distribution, once for each place where an episode could begin.
      const byChance = betaCdf(failures, Math.max(0, demand - failures) + 1, errorRate);
      return byChance * windows.length <= CHANCE;
    })
    .map(({ demand: _, ...episode }) => episode);
}

interface Open {
  startMs: number;
  untilMs: number;
  failures: number;
  demand: number;
  byCause: Demand['byCause'];
}

/** When the requests behind a window's failures were sent: the target was away from then on. */
function hungSinceMs(window: WindowRow, { byCause, failed }: Demand, timeoutMs: number, seenMs: number): number {
  if (byCause.timeout >= failed / 2) return seenMs - timeoutMs;
  if (byCause.starved + byCause.hung >= failed / 2) return window.endMs - (window.inFlight.oldestRequestMs ?? 0);
  return seenMs;
}

const noCauses = (): Demand['byCause'] => ({ connect: 0, timeout: 0, http_error: 0, starved: 0, hung: 0 });

const largest = (byCause: Demand['byCause']): Cause =>
  (Object.keys(byCause) as Cause[]).reduce((most, cause) => (byCause[cause] > byCause[most] ? cause : most), 'hung');

/** What was asked of the target in a window, and how much of it failed. */
export function demandOf(
  { iterations, requests, inFlight }: WindowRow,
  requestsPerIteration: number,
  timeoutMs: number,
): Demand {
  const byCause = noCauses();
  let total = 0;
  for (const { outcome, count } of requests) {
    total += count;
    if (outcome !== 'ok') byCause[outcome] += count;
  }
  byCause.starved = iterations.starved * requestsPerIteration;
  total += byCause.starved;
  if (total === 0 && inFlight.requests > 0 && (inFlight.oldestRequestMs ?? 0) > timeoutMs) {
    byCause.hung = inFlight.requests;
    total = inFlight.requests;
  }
  const failed = byCause.connect + byCause.timeout + byCause.http_error + byCause.starved + byCause.hung;
  return { total, failed, byCause };
}
