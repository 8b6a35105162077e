/** Orders for a load engine: short plans at a constant rate. */
import type { LoadOrder } from '../../src/load/engine.ts';
import type { ArrivalPlan } from '../../src/model/plan.ts';
import type { RequestSpec, RequestsWorkload, Workload } from '../../src/model/profile.ts';
import { seedWith } from './profile.ts';

/** A plan of `perMinute` requests a minute from `startMs` on. */
export function constantPlan(
  startMs: number,
  lengthMs: number,
  perMinute: number,
  changes: Partial<ArrivalPlan> = {},
): ArrivalPlan {
  const point = { requestsPerMinute: perMinute, multiplier: 1, paused: false };
  const endMs = startMs + lengthMs;
  return {
    revision: 1,
    seed: 7,
    arrivals: 'poisson',
    startMs,
    endMs,
    compression: 1,
    requestsPerIteration: 1,
    points: [
      { ...point, atMs: startMs },
      { ...point, atMs: endMs },
    ],
    calibration: [],
    ...changes,
  };
}

/** GET requests by weight, or one to `/`. */
export function requestsWorkload(requests: Partial<RequestSpec>[] = [{}], timeoutMs = 2000): RequestsWorkload {
  return {
    kind: 'requests',
    timeoutMs,
    requestsPerIteration: 1,
    longestIterationMs: timeoutMs,
    requests: requests.map((spec) => {
      const path = spec.path ?? '/';
      const method = spec.method ?? 'GET';
      const checks = { status: null, contains: [] };
      return { name: `${method} ${path}`, weight: 1, headers: {}, body: null, checks, ...spec, path, method };
    }),
  };
}

/** Everything that an engine needs; the seed's users, the workload given. */
export function loadOrder(
  given: Pick<LoadOrder, 'folder' | 'targetUrl' | 'plan'> & Partial<LoadOrder>,
  workload: Workload = requestsWorkload(),
): LoadOrder {
  return { runId: 'run-1', profile: seedWith({}, { workload }), users: 50, drainMs: 2000, ...given };
}
