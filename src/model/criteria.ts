import type { LoadLevel } from './plan.ts';
import type { Comparison, CriterionUnit } from './profile.ts';

/** Which windows a criterion looks at; null: all that are judged. */
export type CriterionLevel = LoadLevel | null;

export interface CriterionDefinition {
  /** The key under `success_criteria` and the id in verdicts. */
  id: string;
  /** For people: `Availability`. */
  name: string;
  /** Other keys that mean the same. */
  aliases: readonly string[];
  unit: CriterionUnit;
  /** A target on this side makes sense: `higher` takes >= and >, `lower` takes <= and <; == fits both. */
  better: 'higher' | 'lower';
  /** Judged with this target when the profile says nothing; null: judged only when the profile asks for it. */
  default: { comparison: Comparison; target: number; text: string } | null;
  level: CriterionLevel;
  /** Where the target comes from: a section of the reliability testing plan, or our own reason. */
  source: string;
  /** One line for `plan` and the documentation. */
  describes: string;
}

/**
 * Every criterion that soakd can judge, in the order of reports. Targets come from the reliability
 * testing plan: §2 (objectives), §3.1 (core metrics), §3.3 (performance under load), §5.2, §9.1 (soak).
 */
export const CRITERIA = [
  {
    id: 'availability',
    name: 'Availability',
    aliases: ['uptime'],
    unit: 'percent',
    better: 'higher',
    default: { comparison: '>=', target: 99.5, text: '>= 99.5%' },
    level: null,
    source: 'reliability testing plan §2, §3.1',
    describes: 'share of the judged time in which the target was up',
  },
  {
    id: 'mtbf',
    name: 'MTBF',
    aliases: ['mean_time_between_failures'],
    unit: 'hours',
    better: 'higher',
    default: { comparison: '>=', target: 24, text: '>= 24h' },
    level: null,
    source: 'reliability testing plan §2, §3.1',
    describes: 'mean time between failures: uptime divided by the number of outages',
  },
  {
    id: 'mttr',
    name: 'MTTR',
    aliases: ['mean_time_to_recovery'],
    unit: 'seconds',
    better: 'lower',
    default: { comparison: '<=', target: 30, text: '<= 30s' },
    level: null,
    source: 'reliability testing plan §2, §3.1',
    describes: 'mean time to recovery: downtime divided by the number of outages',
  },
  {
    id: 'error_rate',
    name: 'Error rate',
    aliases: ['failure_rate'],
    unit: 'percent',
    better: 'lower',
    default: { comparison: '<=', target: 1, text: '<= 1%' },
    level: null,
    source: 'reliability testing plan §3.1 (failure rate)',
    describes: 'share of requests that failed, whatever the load',
  },
  {
    id: 'error_rate_normal',
    name: 'Error rate, normal load',
    aliases: [],
    unit: 'percent',
    better: 'lower',
    default: { comparison: '<=', target: 1, text: '<= 1%' },
    level: 'normal',
    source: 'reliability testing plan §3.3',
    describes: 'share of requests that failed while the multiplier is at most 1',
  },
  {
    id: 'error_rate_peak',
    name: 'Error rate, peak load',
    aliases: [],
    unit: 'percent',
    better: 'lower',
    default: { comparison: '<=', target: 2, text: '<= 2%' },
    level: 'peak',
    source: 'reliability testing plan §3.3',
    describes: 'share of requests that failed above multiplier 1, up to the peak multiplier',
  },
  {
    id: 'error_rate_stress',
    name: 'Error rate, stress load',
    aliases: [],
    unit: 'percent',
    better: 'lower',
    default: { comparison: '<=', target: 5, text: '<= 5%' },
    level: 'stress',
    source: 'reliability testing plan §3.3',
    describes: 'share of requests that failed above the peak multiplier',
  },
  {
    id: 'error_recovery',
    name: 'Error recovery',
    aliases: ['error_recovery_rate'],
    unit: 'percent',
    better: 'higher',
    default: { comparison: '==', target: 100, text: '== 100%' },
    level: null,
    source: 'reliability testing plan §2, §3.1',
    describes: 'share of errors after which the target answered well again within two minutes',
  },
  {
    id: 'response_time_p50',
    name: 'Response time P50',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: null,
    level: null,
    source: 'the profile',
    describes: 'median of the total duration, whatever the load',
  },
  {
    id: 'response_time_p95',
    name: 'Response time P95',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: null,
    level: null,
    source: 'reliability testing plan §5.2 (R-001)',
    describes: '95th percentile of the total duration, whatever the load',
  },
  {
    id: 'response_time_p99',
    name: 'Response time P99',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: null,
    level: null,
    source: 'the profile',
    describes: '99th percentile of the total duration, whatever the load',
  },
  {
    id: 'response_time_p50_normal',
    name: 'Response time P50, normal load',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: { comparison: '<=', target: 1500, text: '<= 1.5s' },
    level: 'normal',
    source: 'reliability testing plan §3.3',
    describes: 'median of the total duration while the multiplier is at most 1',
  },
  {
    id: 'response_time_p95_normal',
    name: 'Response time P95, normal load',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: { comparison: '<=', target: 3000, text: '<= 3s' },
    level: 'normal',
    source: 'reliability testing plan §3.3',
    describes: '95th percentile of the total duration while the multiplier is at most 1',
  },
  {
    id: 'response_time_p50_peak',
    name: 'Response time P50, peak load',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: { comparison: '<=', target: 2500, text: '<= 2.5s' },
    level: 'peak',
    source: 'reliability testing plan §3.3',
    describes: 'median of the total duration above multiplier 1, up to the peak multiplier',
  },
  {
    id: 'response_time_p95_peak',
    name: 'Response time P95, peak load',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: { comparison: '<=', target: 5000, text: '<= 5s' },
    level: 'peak',
    source: 'reliability testing plan §3.3',
    describes: '95th percentile of the total duration above multiplier 1, up to the peak multiplier',
  },
  {
    id: 'response_time_p50_stress',
    name: 'Response time P50, stress load',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: { comparison: '<=', target: 4000, text: '<= 4s' },
    level: 'stress',
    source: 'reliability testing plan §3.3',
    describes: 'median of the total duration above the peak multiplier',
  },
  {
    id: 'response_time_p95_stress',
    name: 'Response time P95, stress load',
    aliases: [],
    unit: 'milliseconds',
    better: 'lower',
    default: { comparison: '<=', target: 8000, text: '<= 8s' },
    level: 'stress',
    source: 'reliability testing plan §3.3',
    describes: '95th percentile of the total duration above the peak multiplier',
  },
  {
    id: 'throughput',
    name: 'Throughput',
    aliases: [],
    unit: 'percent',
    better: 'higher',
    default: { comparison: '>=', target: 99, text: '>= 99%' },
    level: null,
    source: 'reliability testing plan §3.3, as a share: its 100, 200 and 300 requests a minute belong to one system',
    describes: 'requests answered without failure, of those that the plan offered',
  },
  {
    id: 'throughput_normal',
    name: 'Throughput, normal load',
    aliases: [],
    unit: 'per_minute',
    better: 'higher',
    default: null,
    level: 'normal',
    source: 'reliability testing plan §3.3',
    describes: 'requests answered without failure a minute while the multiplier is at most 1',
  },
  {
    id: 'throughput_peak',
    name: 'Throughput, peak load',
    aliases: [],
    unit: 'per_minute',
    better: 'higher',
    default: null,
    level: 'peak',
    source: 'reliability testing plan §3.3',
    describes: 'requests answered without failure a minute above multiplier 1, up to the peak multiplier',
  },
  {
    id: 'throughput_stress',
    name: 'Throughput, stress load',
    aliases: [],
    unit: 'per_minute',
    better: 'higher',
    default: null,
    level: 'stress',
    source: 'reliability testing plan §3.3',
    describes: 'requests answered without failure a minute above the peak multiplier',
  },
  {
    id: 'check_rate',
    name: 'Check rate',
    aliases: ['checks', 'response_consistency'],
    unit: 'percent',
    better: 'higher',
    default: null,
    level: null,
    source: 'reliability testing plan §2 (response consistency)',
    describes: 'share of checks on answers (expected status, words, texts) that passed',
  },
  {
    id: 'memory_leak',
    name: 'Memory growth',
    aliases: ['memory_growth'],
    unit: 'percent_per_24h',
    better: 'lower',
    default: { comparison: '<', target: 5, text: '< 5% growth per 24h' },
    level: null,
    source: 'reliability testing plan §9.1',
    describes: "growth of the target's memory per 24 hours, the load taken out",
  },
  {
    id: 'response_time_degradation',
    name: 'Response time degradation',
    aliases: [],
    unit: 'percent',
    better: 'lower',
    default: { comparison: '<', target: 10, text: '< 10%' },
    level: null,
    source: 'reliability testing plan §9.1',
    describes: 'change of the P95 of successful requests from start to end, the load taken out',
  },
  {
    id: 'crashes',
    name: 'Crashes',
    aliases: ['no_crashes'],
    unit: 'count',
    better: 'lower',
    default: { comparison: '==', target: 0, text: '== 0' },
    level: null,
    source: 'reliability testing plan §2 (no unrecoverable crash), §5.2 (R-001)',
    describes: 'restarts of the target that nobody asked for, and kills for lack of memory',
  },
] as const satisfies readonly CriterionDefinition[];

export type CriterionId = (typeof CRITERIA)[number]['id'];

/** The definition behind a key of `success_criteria`, aliases included; null when there is none. */
export function criterionByKey(key: string): (CriterionDefinition & { id: CriterionId }) | null {
  return CRITERIA.find(({ id, aliases }) => id === key || (aliases as readonly string[]).includes(key)) ?? null;
}
