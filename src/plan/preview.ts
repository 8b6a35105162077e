import { HOUR_MS, MINUTE_MS, offsetStretches } from '../base/zone.ts';
import type { ArrivalPlan, LoadLevel, PlanEdit } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { buildPlan, type PlanStart } from './build.ts';
import { type ClockChange, clockChanges } from './clock-changes.ts';
import { type DiskNeeded, diskNeeded } from './disk.ts';
import { type CriterionNeed, evidenceNeeded } from './evidence.ts';
import { type ExcludedStretch, excludedStretches } from './exclusions.ts';
import { judgedLevels } from './levels.ts';
import { type CalibrationPreview, calibrationPreview } from './preview-calibration.ts';
import { levelOf, multiplierAt, profileClock, profileTimeMs, requestsBetween } from './rate.ts';
import { type UsersNeeded, usersNeeded } from './users.ts';

/** One hour of the profile's clock (less at both ends and at a change of the clocks). */
export interface HourRow {
  /** Unix ms, real time. */
  fromMs: number;
  untilMs: number;
  /** `Sat 14:00` */
  clock: string;
  requests: number;
  requestsPerMinute: number;
  /** In the middle of the hour. */
  multiplier: number;
  level: LoadLevel;
  /** Milliseconds of it that are judged. */
  judgedMs: number;
}

/** Everything that `soakd plan` shows, as data. */
export interface PlanPreview {
  name: string;
  targetUrl: string | null;
  timezone: string;
  startMs: number;
  endMs: number;
  startClock: string;
  endClock: string;
  compression: number;
  warmupMs: number;
  totalRequests: number;
  totalIterations: number;
  requestsPerIteration: number;
  lowestRequestsPerMinute: number;
  peakRequestsPerMinute: number;
  users: UsersNeeded;
  disk: DiskNeeded;
  hours: HourRow[];
  /** Null when the profile has no calibration windows. */
  calibration: CalibrationPreview | null;
  clockChanges: ClockChange[];
  excluded: ExcludedStretch[];
  /** Share of the run that is excluded, percent. */
  excludedPercent: number;
  criteria: CriterionNeed[];
  criteriaOff: string[];
  defaults: { path: string; value: string }[];
  warnings: string[];
}

export interface PreviewOptions extends PlanStart {
  edits?: PlanEdit[];
  /** What the profile did not set, as `parseProfile` lists it. */
  defaults?: { path: string; value: string }[];
}

/** Excluding more makes a run inconclusive. */
export const MOST_EXCLUDED_PERCENT = 10;

/** The curve to expect and what follows from it. Pure. */
export function previewPlan(profile: Profile, options: PreviewOptions): { plan: ArrivalPlan; preview: PlanPreview } {
  const edits = options.edits ?? [];
  const plan = buildPlan(profile, options, edits);
  const { startMs, endMs, compression } = plan;
  const excluded = excludedStretches(profile, plan);
  const excludedMs = excluded.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
  const totalRequests = requestsBetween(plan, startMs, endMs);
  const rates = plan.points.filter(({ paused }) => !paused).map(({ requestsPerMinute }) => requestsPerMinute);
  const preview: Omit<PlanPreview, 'warnings'> = {
    name: profile.name,
    targetUrl: profile.targetUrl,
    timezone: profile.traffic.timezone,
    startMs,
    endMs,
    startClock: profileClock(profile, plan, startMs),
    endClock: profileClock(profile, plan, endMs),
    compression,
    warmupMs: profile.traffic.warmupMs / compression,
    totalRequests,
    totalIterations: totalRequests / plan.requestsPerIteration,
    requestsPerIteration: plan.requestsPerIteration,
    lowestRequestsPerMinute: rates.reduce((a, b) => Math.min(a, b), rates[0] ?? 0),
    peakRequestsPerMinute: rates.reduce((a, b) => Math.max(a, b), 0),
    users: usersNeeded(profile, plan),
    disk: diskNeeded(profile, plan),
    hours: hourRows(profile, plan, excluded),
    calibration: calibrationPreview(profile, plan, edits),
    clockChanges: clockChanges(profile, plan),
    excluded,
    excludedPercent: (100 * excludedMs) / (endMs - startMs),
    criteria: evidenceNeeded(profile, plan),
    criteriaOff: profile.criteriaOff,
    defaults: options.defaults ?? [],
  };
  return { plan, preview: { ...preview, warnings: warningsOf(preview, profile, plan) } };
}

function hourRows(profile: Profile, plan: ArrivalPlan, excluded: ExcludedStretch[]): HourRow[] {
  const real = (profileMs: number): number => plan.startMs + (profileMs - plan.startMs) / plan.compression;
  const judgedFromMs = plan.startMs + profile.traffic.warmupMs / plan.compression;
  const rows: HourRow[] = [];
  const profileEndMs = profileTimeMs(plan, plan.endMs);
  for (const stretch of offsetStretches(profile.traffic.timezone, plan.startMs, profileEndMs)) {
    for (let profileMs = stretch.fromMs; profileMs < stretch.untilMs; ) {
      const nextHour = (Math.floor((profileMs + stretch.offsetMs) / HOUR_MS) + 1) * HOUR_MS - stretch.offsetMs;
      const endsMs = Math.min(stretch.untilMs, nextHour);
      const fromMs = real(profileMs);
      const untilMs = real(endsMs);
      const requests = requestsBetween(plan, fromMs, untilMs);
      const multiplier = multiplierAt(plan, (fromMs + untilMs) / 2);
      const judgeable = Math.max(0, untilMs - Math.max(fromMs, judgedFromMs));
      const out = excluded.reduce(
        (sum, cut) => sum + Math.max(0, Math.min(untilMs, cut.untilMs) - Math.max(fromMs, cut.fromMs, judgedFromMs)),
        0,
      );
      rows.push({
        fromMs,
        untilMs,
        clock: profileClock(profile, plan, fromMs),
        requests,
        requestsPerMinute: (requests / (untilMs - fromMs)) * MINUTE_MS,
        multiplier,
        level: levelOf(multiplier, profile),
        judgedMs: judgeable - out,
      });
      profileMs = endsMs;
    }
  }
  return rows;
}

function warningsOf(preview: Omit<PlanPreview, 'warnings'>, profile: Profile, plan: ArrivalPlan): string[] {
  const warnings: string[] = [];
  const { users, criteria } = preview;
  if (users.users < users.wanted) {
    warnings.push(
      `max_users allows ${users.users} of the ${users.wanted} users that a hanging target takes: arrivals beyond them count as failures of the target`,
    );
  }
  if (preview.excludedPercent > MOST_EXCLUDED_PERCENT) {
    warnings.push(
      `${preview.excludedPercent.toFixed(1)} % of the run is excluded: over ${MOST_EXCLUDED_PERCENT} % makes it inconclusive`,
    );
  }
  if (judgedLevels(profile, plan).all.requests === 0) warnings.push('nothing of this run is judged');
  for (const { name, targetText, verdict, why } of criteria) {
    if (verdict === 'too_short') warnings.push(`${name} ${targetText} will be inconclusive: ${why}`);
  }
  for (const { name, targetText, verdict, why, fromProfile } of criteria) {
    if (verdict === 'never' && fromProfile) warnings.push(`${name} ${targetText} cannot be judged: ${why}`);
  }
  if (!profile.monitoring.samplers.length && profile.criteria.some(({ id }) => id === 'memory_leak')) {
    warnings.push('Memory growth will be inconclusive: no sampler is set');
  }
  return warnings;
}
