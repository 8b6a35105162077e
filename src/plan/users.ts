import type { ArrivalPlan } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';

export interface UsersNeeded {
  /** Virtual users to keep ready. */
  users: number;
  /** What the load needs to go on while the target hangs; above `users` when the profile caps them. */
  wanted: number;
  /** Largest planned rate of iterations a second. */
  peakIterationsPerSecond: number;
  /** Longest time one iteration may take, milliseconds. */
  longestIterationMs: number;
  /** What the users cost k6, on top of its own 70 MB. */
  memoryMb: number;
}

/** k6 keeps a script instance for each user: 500 users took about 55 MB more (measured with k6 2.2.0). */
const MB_PER_USER = 0.11;

/** Few users are cheap, and arrivals come in clusters. */
const FEWEST = 10;

/** About 1.1 GB; more is asked for by `max_users`. */
const MOST = 10_000;

/**
 * Virtual users for a plan, by Little's law: peak rate of iterations × the longest that one may take, so that
 * a target that hangs for a whole time-out still meets every arrival. Arrivals are random: their number in
 * that time is about normal with variance equal to its mean (Poisson), so three deviations are added.
 */
export function usersNeeded(profile: Profile, plan: ArrivalPlan): UsersNeeded {
  const { longestIterationMs } = profile.workload;
  const peakRequestsPerMinute = plan.points.reduce(
    (most, { requestsPerMinute }) => Math.max(most, requestsPerMinute),
    0,
  );
  const peakIterationsPerSecond = peakRequestsPerMinute / 60 / plan.requestsPerIteration;
  const mean = (peakIterationsPerSecond * longestIterationMs) / 1000;
  const deviations = plan.arrivals === 'poisson' ? 3 * Math.sqrt(mean) : 0;
  const wanted = Math.max(FEWEST, Math.ceil(mean + deviations));
  const users = Math.min(wanted, profile.users.maxUsers ?? MOST);
  return { users, wanted, peakIterationsPerSecond, longestIterationMs, memoryMb: users * MB_PER_USER };
}
