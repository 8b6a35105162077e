import { differenceOf, type Stretch, unionOf } from '../base/stretches.ts';
import { DAY_MS, MINUTE_MS, offsetStretches, weekdayOf } from '../base/zone.ts';
import type { Exclusion, Profile } from '../model/profile.ts';
import { type PlanClock, profileTimeMs, realTimeMs } from './rate.ts';

/** A stretch of real time that is not judged. */
export interface ExcludedStretch extends Stretch {
  reason: string;
}

/** A run in time: its clock and its end. */
type Span = PlanClock & { endMs: number };

/**
 * What the profile says not to judge, in real time, clipped to the run, in order and without overlap:
 * where two exclusions meet, the one named first keeps the time.
 */
export function excludedStretches(profile: Profile, plan: Span): ExcludedStretch[] {
  const found: ExcludedStretch[] = [];
  for (const exclusion of profile.exclude) {
    for (const { fromMs, untilMs } of occurrences(exclusion, profile, plan)) {
      const from = Math.max(plan.startMs, Math.round(realTimeMs(plan, fromMs)));
      const until = Math.min(plan.endMs, Math.round(realTimeMs(plan, untilMs)));
      for (const rest of differenceOf(unionOf([{ fromMs: from, untilMs: until }]), unionOf(found))) {
        found.push({ ...rest, reason: exclusion.reason });
      }
    }
  }
  return found.sort((a, b) => a.fromMs - b.fromMs);
}

/** In profile time. */
function occurrences(exclusion: Exclusion, profile: Profile, plan: Span): Stretch[] {
  if (exclusion.kind === 'hours') {
    return [{ fromMs: plan.startMs + exclusion.fromMs, untilMs: plan.startMs + exclusion.untilMs }];
  }
  return dailyOccurrences(exclusion, profile.traffic.timezone, plan.startMs, profileTimeMs(plan, plan.endMs));
}

/** By the clock on the wall: what the clock shows twice in autumn is excluded twice. */
function dailyOccurrences(
  { fromMinuteOfDay, untilMinuteOfDay, weekdays }: Extract<Exclusion, { kind: 'daily' }>,
  timezone: string,
  startMs: number,
  endMs: number,
): Stretch[] {
  const acrossMidnight = untilMinuteOfDay <= fromMinuteOfDay;
  const found: Stretch[] = [];
  for (const { fromMs, untilMs, offsetMs } of offsetStretches(timezone, startMs, endMs)) {
    // Begun yesterday, it may reach into today.
    const firstDay = Math.floor((fromMs + offsetMs) / DAY_MS) * DAY_MS - DAY_MS;
    for (let dayMs = firstDay; dayMs < untilMs + offsetMs; dayMs += DAY_MS) {
      if (weekdays !== null && !weekdays.includes(weekdayOf(dayMs))) continue;
      const begins = dayMs + fromMinuteOfDay * MINUTE_MS - offsetMs;
      const ends = dayMs + untilMinuteOfDay * MINUTE_MS + (acrossMidnight ? DAY_MS : 0) - offsetMs;
      const clipped = { fromMs: Math.max(begins, fromMs), untilMs: Math.min(ends, untilMs) };
      if (clipped.fromMs < clipped.untilMs) found.push(clipped);
    }
  }
  return found;
}
