import { contains } from '../base/stretches.ts';
import { instantText, MINUTE_MS } from '../base/zone.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { excludedStretches } from './exclusions.ts';
import { levelAt, multiplierAt, profileClock, requestsBetween } from './rate.ts';

/**
 * The planned curve as CSV, one row for each minute of the profile's clock (in a rehearsal at least a second of
 * real time): planned requests and rate, multiplier, level, whether it is judged, and
 * whether it lies in a calibration window.
 */
export function previewCsv(profile: Profile, plan: ArrivalPlan): string {
  const excluded = excludedStretches(profile, plan);
  const judgedFromMs = plan.startMs + profile.traffic.warmupMs / plan.compression;
  const stepMs = Math.max(1000, MINUTE_MS / plan.compression);
  const lines = ['time,clock,planned_requests,requests_per_minute,multiplier,level,judged,calibration'];
  for (let fromMs = plan.startMs; fromMs < plan.endMs; fromMs += stepMs) {
    const untilMs = Math.min(plan.endMs, fromMs + stepMs);
    const middleMs = (fromMs + untilMs) / 2;
    const requests = requestsBetween(plan, fromMs, untilMs);
    const cut = excluded.some((stretch) => stretch.fromMs <= middleMs && middleMs < stretch.untilMs);
    lines.push(
      [
        instantText(fromMs),
        profileClock(profile, plan, fromMs),
        requests.toFixed(3),
        ((requests / (untilMs - fromMs)) * MINUTE_MS).toFixed(3),
        multiplierAt(plan, middleMs).toFixed(4),
        levelAt(plan, profile, middleMs),
        middleMs >= judgedFromMs && !cut ? 'yes' : 'no',
        contains(plan.calibration, middleMs) ? 'yes' : 'no',
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}
