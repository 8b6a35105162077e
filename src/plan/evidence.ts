import { formatDuration } from '../base/duration.ts';
import { HOUR_MS, MINUTE_MS } from '../base/zone.ts';
import { CRITERIA, type CriterionDefinition } from '../model/criteria.ts';
import {
  BINS_FOR_TREND,
  HOURS_FOR_GROWTH,
  REQUESTS_FOR_QUANTILE,
  UPTIME_SHARE_FOR_MTBF,
  WINDOWS_FOR_AVAILABILITY,
  Z_95,
} from '../model/least-evidence.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { CriterionSpec, Profile } from '../model/profile.ts';
import { WINDOW_MS } from '../model/window.ts';
import { judgedLevels, type LevelShare, type LevelShares } from './levels.ts';

/** What a criterion needs before it can be judged, and whether the plan has it. */
export interface CriterionNeed {
  id: string;
  name: string;
  /** `<= 3s` */
  targetText: string;
  fromProfile: boolean;
  /** Shortest stretch that can judge it where the load is lowest, milliseconds of real time; null: not a matter of time. */
  shortestMs: number | null;
  /** `never`: the plan has no load of that level; `too_short`: less than is needed. */
  verdict: 'enough' | 'too_short' | 'never' | 'any_time';
  /** One sentence. */
  why: string;
}

/** For each criterion of the profile the shortest stretch that can judge it. */
export function evidenceNeeded(profile: Profile, plan: ArrivalPlan): CriterionNeed[] {
  const shares = judgedLevels(profile, plan);
  const absolute = profile.criteria.map((spec) => {
    const definition = CRITERIA.find(({ id }) => id === spec.id);
    const { id, text: targetText, fromProfile } = spec;
    const need =
      definition === undefined ? anyTime('judged from what happens') : needOf(definition, spec, shares, plan);
    return { id, name: definition?.name ?? id, targetText, fromProfile, ...need };
  });
  const relative = (profile.againstBaseline ?? []).map(({ id, text: targetText, baseline }) => {
    const name = CRITERIA.find((definition) => definition.id === id)?.name ?? id;
    const need = anyTime(`needs the baseline "${baseline}", at like load`);
    return { id, name, targetText, fromProfile: true, ...need };
  });
  return [...absolute, ...relative];
}

type Need = Pick<CriterionNeed, 'shortestMs' | 'verdict' | 'why'>;

function needOf(definition: CriterionDefinition, spec: CriterionSpec, shares: LevelShares, plan: ArrivalPlan): Need {
  const share = shares[definition.level ?? 'all'];
  const quantile = /^response_time_(p50|p95|p99)/.exec(spec.id)?.[1];
  if (quantile === 'p50' || quantile === 'p95' || quantile === 'p99') {
    return requestsNeeded(REQUESTS_FOR_QUANTILE[quantile], share, `${quantile} needs`);
  }
  switch (spec.id) {
    case 'error_rate':
    case 'error_rate_normal':
    case 'error_rate_peak':
    case 'error_rate_stress':
      return requestsNeeded(requestsForShare(spec.target), share, 'without one failure it takes');
    case 'throughput':
    case 'check_rate':
      return requestsNeeded(requestsForShare(100 - spec.target), share, 'without one failure it takes');
    case 'throughput_normal':
    case 'throughput_peak':
    case 'throughput_stress':
      return throughputNeeded(spec, share);
    case 'memory_leak':
      return hoursNeeded(HOURS_FOR_GROWTH, shares.all, plan, 'growth needs');
    case 'response_time_degradation': {
      // In a rehearsal the median may stand for a p95 that has too few requests.
      const quantile = plan.compression === 1 ? 'p95' : 'p50';
      const requests = BINS_FOR_TREND * REQUESTS_FOR_QUANTILE[quantile];
      const growing = hoursNeeded(HOURS_FOR_GROWTH, shares.all, plan, 'a trend needs');
      if (growing.verdict === 'too_short') return growing;
      // No stretch is shorter than a window of real time, and one at each edge is cut.
      const leastMs = (BINS_FOR_TREND + 2) * WINDOW_MS;
      if (shares.all.requests > 0 && shares.all.ms < leastMs) {
        const why = `a trend needs ${BINS_FOR_TREND} windows of 10s, ${about(leastMs)} with the edges; the plan has ${about(shares.all.ms)}`;
        return { shortestMs: leastMs, verdict: 'too_short', why };
      }
      return requestsNeeded(
        requests,
        shares.all,
        `a trend needs ${BINS_FOR_TREND} stretches with a ${quantile}, together`,
      );
    }
    case 'mtbf':
      return hoursNeeded(UPTIME_SHARE_FOR_MTBF * spec.target, shares.all, plan, 'without one outage it takes');
    case 'availability':
      return availabilityNeeded(spec, shares.all, plan);
    default:
      return anyTime(
        spec.id === 'crashes'
          ? 'each restart of the target counts, at any time'
          : spec.id === 'error_recovery'
            ? 'judged when a request has failed'
            : 'judged when there is an outage to recover from',
      );
  }
}

const anyTime = (why: string): Need => ({ shortestMs: null, verdict: 'any_time', why });

/**
 * Requests after which no failure at all shows a rate below `limitPercent` with 95 % confidence: where the upper
 * end of Wilson's interval at zero failures, z²/(n + z²), meets the limit (Wilson, JASA 22, 1927).
 */
export function requestsForShare(limitPercent: number): number {
  const limit = limitPercent / 100;
  return limit <= 0 ? 1 : Math.ceil((Z_95 ** 2 * (1 - limit)) / limit);
}

function requestsNeeded(requests: number, share: LevelShare, lead: string): Need {
  if (share.requests === 0) return never();
  const lowMs = (requests / share.lowestPerMinute) * MINUTE_MS;
  const highMs = (requests / share.highestPerMinute) * MINUTE_MS;
  const low = `${about(lowMs)} at ${rate(share.lowestPerMinute)}`;
  const high = close(lowMs, highMs) ? '' : `, ${about(highMs)} at ${rate(share.highestPerMinute)}`;
  const has = `the plan has ${Math.round(share.requests)}`;
  return {
    shortestMs: lowMs,
    verdict: share.requests >= requests ? 'enough' : 'too_short',
    why: `${lead} ${requests} requests: ${low}${high}; ${has}`,
  };
}

function hoursNeeded(hours: number, share: LevelShare, plan: ArrivalPlan, lead: string): Need {
  if (share.requests === 0) return never();
  const judgedHours = (share.ms * plan.compression) / HOUR_MS;
  return {
    shortestMs: (hours * HOUR_MS) / plan.compression,
    verdict: judgedHours >= hours ? 'enough' : 'too_short',
    why: `${lead} ${round(hours)} h; the plan has ${round(judgedHours)} h${plan.compression === 1 ? '' : ` by its own clock, ${about(share.ms)} of real time: growth after a start shows in full`}`,
  };
}

function throughputNeeded(spec: CriterionSpec, share: LevelShare): Need {
  if (share.requests === 0) return never();
  const mean = (share.requests / share.ms) * MINUTE_MS;
  return {
    shortestMs: MINUTE_MS,
    verdict: mean >= spec.target ? 'enough' : 'never',
    why: `the plan offers ${rate(mean)} there${mean >= spec.target ? '' : ', which is less than the target'}`,
  };
}

function availabilityNeeded(spec: CriterionSpec, share: LevelShare, plan: ArrivalPlan): Need {
  if (share.requests === 0) return never();
  const leastMs = WINDOWS_FOR_AVAILABILITY * WINDOW_MS;
  const lead = `up and down take ${WINDOWS_FOR_AVAILABILITY} windows of 10s with requests`;
  if (share.ms < leastMs)
    return { shortestMs: leastMs, verdict: 'too_short', why: `${lead}; the plan has ${about(share.ms)}` };
  const windows = share.ms / WINDOW_MS;
  const arrivals = share.requests / plan.requestsPerIteration;
  // Arrivals are a Poisson process: a window is empty with probability e^-mean.
  const withRequests = windows * (1 - Math.exp(-arrivals / windows));
  if (Math.round(withRequests) < WINDOWS_FOR_AVAILABILITY) {
    const shortestMs = (leastMs * windows) / withRequests;
    const why = `${lead}, ${about(shortestMs)} at ${rate((share.requests / share.ms) * MINUTE_MS)}; the plan has ${about(share.ms)}`;
    return { shortestMs, verdict: 'too_short', why };
  }
  const allowedMs = (share.ms * (100 - spec.target)) / 100;
  return {
    shortestMs: null,
    verdict: 'any_time',
    why: `the run allows ${about(allowedMs)} of downtime in ${about(share.ms)}`,
  };
}

const never = (): Need => ({
  shortestMs: null,
  verdict: 'never',
  why: 'no load of this level is planned, so it does not apply',
});

const close = (a: number, b: number): boolean => Math.abs(a - b) < 0.05 * Math.max(a, b);
const round = (value: number): string => String(Number(value.toFixed(1)));
const rate = (perMinute: number): string => `${round(perMinute)} requests/min`;

/** A duration for people: two digits are enough. */
export function about(ms: number): string {
  const unit = ms >= 2 * HOUR_MS ? 6 * MINUTE_MS : ms >= 10 * MINUTE_MS ? MINUTE_MS : ms >= 1000 ? 1000 : 1;
  return formatDuration(Math.max(1, Math.round(ms / unit)) * unit);
}
