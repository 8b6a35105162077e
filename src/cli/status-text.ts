import { isoTime } from '../base/iso-time.ts';
import { visible } from '../base/visible.ts';
import type { RunStatus } from '../model/status.ts';
import type { SeriesTrend } from '../model/verdict.ts';
import { formatCount, formatDuration, formatValue } from '../verdict/quantity.ts';
import { table } from './table.ts';
import { type VerdictPage, verdictTable } from './verdict-table.ts';

const EVENTS_SHOWN = 5;

/** A live run on one page: how it goes, its series, each criterion as it stands, the last events. */
export function statusText(status: RunStatus, io: VerdictPage): string {
  const { rate, latency, errorRatePercent, requests, iterations } = status;
  const perMinute = (value: number | null): string => formatValue(value, 'per_minute');
  const lines = [
    visible(`${status.runId}  ${status.name}${status.rehearsal ? ' (rehearsal)' : ''} on ${status.targetUrl}`),
    '',
    table([
      [
        'state',
        `${status.state.replace('_', ' ')}, ${status.profileClock}, hour ${status.hourOfRun.toFixed(1)} of the run, ${formatDuration(status.leftMs)} left`,
      ],
      [
        'load',
        `${status.level ?? 'none'}: planned ${perMinute(rate.plannedPerMinute)}${rate.factor === 1 ? '' : ` (× ${rate.factor})`} now`,
      ],
      [
        'last minute',
        `planned ${perMinute(rate.recentlyPlannedPerMinute)}, offered ${perMinute(rate.offeredPerMinute)}, served ${perMinute(rate.servedPerMinute)}`,
      ],
      [
        'latency',
        `p50 ${formatValue(latency.p50Ms, 'milliseconds')}, p95 ${formatValue(latency.p95Ms, 'milliseconds')}, p99 ${formatValue(latency.p99Ms, 'milliseconds')} in the last five minutes`,
      ],
      [
        'errors',
        `${formatValue(errorRatePercent.recent, 'percent')} in the last five minutes, ${formatValue(errorRatePercent.soFar, 'percent')} so far: ${formatCount(requests.failed)} of ${formatCount(requests.total)} requests`,
      ],
      ['available', formatValue(status.availabilityPercent, 'percent')],
      [
        'missed',
        `starved ${formatCount(iterations.starved)}, late ${formatCount(iterations.late)}, paused ${formatCount(iterations.paused)} of ${formatCount(iterations.planned)} iterations`,
      ],
      ...status.health.problems.map((problem) => ['trouble', problem]),
    ]),
  ];
  if (status.series.length > 0) {
    const rows = status.series.map(({ id, unit, last, growth }) => [
      `  ${id}`,
      formatValue(last, unit),
      ...trend(growth),
    ]);
    lines.push('', table([['  series', 'last', 'trend', 'growth'], ...rows]));
  }
  if (status.drift.length > 0) {
    const rows = status.drift.map((one) => [`  ${one.request ?? 'all requests'}`, ...trend(one)]);
    lines.push('', table([['  P95 of', 'trend', 'growth'], ...rows]));
  }
  if (status.criteria.length > 0) lines.push('', verdictTable(status, io));
  if (status.events.length > 0) {
    const events = status.events.slice(-EVENTS_SHOWN);
    lines.push(
      '',
      table(events.map(({ atMs, severity, message }) => [`  ${isoTime(atMs).slice(11, 19)}`, severity, message])),
    );
  }
  return lines.join('\n');
}

/** State and rate; empty where nothing was asked. */
const trend = (one: SeriesTrend | null): [state: string, rate: string] =>
  one === null
    ? ['', '']
    : [
        one.state.replace('_', ' '),
        one.growthPercentPer24h === null ? '' : formatValue(one.growthPercentPer24h, 'percent_per_24h'),
      ];
