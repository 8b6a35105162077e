import type { RunStatus } from '../model/status.ts';
import { formatDuration, formatValue } from '../verdict/quantity.ts';

/** How the soaks are going, in one line: what `systemctl status` shows. */
export function statusLine(live: readonly RunStatus[], ailments: readonly string[]): string {
  const soaks = live.length === 0 ? 'no soak at work' : live.map(soakLine).join(' | ');
  return ailments.length === 0 ? soaks : `NOT WELL: ${ailments.join('; ')} | ${soaks}`;
}

function soakLine({ name, state, leftMs, rate, latency, errorRatePercent, criteria, health }: RunStatus): string {
  const perMinute = (value: number | null): string => formatValue(value, 'per_minute');
  const parts = [
    `${name}: ${state.replace('_', ' ')}, ${formatDuration(leftMs)} left`,
    `${perMinute(rate.servedPerMinute)} served of ${perMinute(rate.recentlyPlannedPerMinute)}`,
    `p95 ${formatValue(latency.p95Ms, 'milliseconds')}`,
    `errors ${formatValue(errorRatePercent.soFar, 'percent')}`,
  ];
  const failing = criteria.filter(({ status }) => status === 'fail').map(({ name }) => name);
  if (failing.length > 0) parts.push(`failing: ${failing.join(', ')}`);
  if (health.problems.length > 0) parts.push(`trouble: ${health.problems.join('; ')}`);
  return parts.join(', ');
}
