import type { CriterionId } from '../../model/criteria.ts';
import { availability } from './availability.ts';
import { checks } from './checks.ts';
import { crashes } from './crashes.ts';
import type { CriterionJudge } from './criterion.ts';
import { errorRate } from './error-rate.ts';
import { errorRecovery } from './error-recovery.ts';
import { memoryLeak } from './memory-leak.ts';
import { mtbf } from './mtbf.ts';
import { mttr } from './mttr.ts';
import { responseTime } from './response-time.ts';
import { responseTimeDegradation } from './response-time-degradation.ts';
import { throughput, throughputAt } from './throughput.ts';

/** Who judges which criterion; the type asks for every id of the model's list. */
export const CRITERION_JUDGES: Record<CriterionId, CriterionJudge> = {
  availability,
  mtbf,
  mttr,
  error_rate: errorRate('all'),
  error_rate_normal: errorRate('normal'),
  error_rate_peak: errorRate('peak'),
  error_rate_stress: errorRate('stress'),
  error_recovery: errorRecovery,
  response_time_p50: responseTime(0.5, 'all'),
  response_time_p95: responseTime(0.95, 'all'),
  response_time_p99: responseTime(0.99, 'all'),
  response_time_p50_normal: responseTime(0.5, 'normal'),
  response_time_p95_normal: responseTime(0.95, 'normal'),
  response_time_p50_peak: responseTime(0.5, 'peak'),
  response_time_p95_peak: responseTime(0.95, 'peak'),
  response_time_p50_stress: responseTime(0.5, 'stress'),
  response_time_p95_stress: responseTime(0.95, 'stress'),
  throughput,
  throughput_normal: throughputAt('normal'),
  throughput_peak: throughputAt('peak'),
  throughput_stress: throughputAt('stress'),
  check_rate: checks,
  memory_leak: memoryLeak,
  response_time_degradation: responseTimeDegradation,
  crashes,
};
