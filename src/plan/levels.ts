import { MINUTE_MS } from '../base/zone.ts';
import type { ArrivalPlan, LoadLevel } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { WINDOW_MS } from '../model/window.ts';
import { excludedStretches } from './exclusions.ts';
import { levelAt, requestsBetween } from './rate.ts';

/** What a plan offers at one level of load, where it is judged. */
export interface LevelShare {
  /** Real time. */
  ms: number;
  requests: number;
  /** Lowest and highest planned rate there, requests a minute; 0 when the level never occurs. */
  lowestPerMinute: number;
  highestPerMinute: number;
}

export type LevelShares = Record<LoadLevel | 'all', LevelShare>;

/** A run is looked at in at most so many steps; a step of a 72 h run is then a minute. */
const MOST_STEPS = 4320;

/** The judged part of a plan (no warm-up, exclusions or pauses) by level, each step at the level of its middle. */
export function judgedLevels(profile: Profile, plan: ArrivalPlan): LevelShares {
  const shares: LevelShares = { all: none(), normal: none(), peak: none(), stress: none() };
  const excluded = excludedStretches(profile, plan);
  const stepMs = Math.max(WINDOW_MS, (plan.endMs - plan.startMs) / MOST_STEPS);
  const firstMs = plan.startMs + profile.traffic.warmupMs / plan.compression;
  for (let fromMs = firstMs; fromMs < plan.endMs; fromMs += stepMs) {
    const untilMs = Math.min(plan.endMs, fromMs + stepMs);
    const middleMs = (fromMs + untilMs) / 2;
    if (excluded.some((stretch) => stretch.fromMs <= middleMs && middleMs < stretch.untilMs)) continue;
    const requests = requestsBetween(plan, fromMs, untilMs);
    if (requests === 0) continue;
    for (const share of [shares.all, shares[levelAt(plan, profile, middleMs)]]) {
      const perMinute = (requests / (untilMs - fromMs)) * MINUTE_MS;
      share.lowestPerMinute = share.ms === 0 ? perMinute : Math.min(share.lowestPerMinute, perMinute);
      share.highestPerMinute = Math.max(share.highestPerMinute, perMinute);
      share.ms += untilMs - fromMs;
      share.requests += requests;
    }
  }
  return shares;
}

const none = (): LevelShare => ({ ms: 0, requests: 0, lowestPerMinute: 0, highestPerMinute: 0 });
