import type { RequestDrift, SeriesTrend, Verdict } from '../model/verdict.ts';
import { formatCount, formatInterval, formatValue } from '../verdict/quantity.ts';
import { instant } from './action-text.ts';
import { markdownTable, escapeMarkdown as text } from './markdown-table.ts';

/** Table of the series that may leak, a sentence for each, and when a limit is reached. */
export function growthOf(verdict: Verdict): string[] {
  const rows = verdict.growth.map((one) => [
    text(one.series),
    formatValue(one.startLevel, one.unit),
    one.growthPercentPer24h === null
      ? formatValue(one.growthPer24h, one.unit)
      : `${formatValue(one.growthPer24h, one.unit)} (${formatValue(one.growthPercentPer24h, 'percent')})`,
    formatInterval(one.interval, 'percent'),
    detectable(one),
    formatValue(one.growthPer1000Requests, one.unit),
    formatCount(one.samples),
    one.state.replaceAll('_', ' '),
  ]);
  const headings = [
    'Series',
    'Level without growth',
    'Growth per 24 h',
    '95 % interval',
    'Would be seen from',
    'Per 1000 requests',
    'Samples',
    'State',
  ];
  return [
    ...(rows.length > 0 ? ['', ...markdownTable(headings, rows)] : []),
    ...explained(verdict.growth.map((one) => ({ name: one.series, unit: one.unit, trend: one }))),
    ...exhaustions(verdict),
  ];
}

/** Table of the P95 by request, and a sentence for each. */
export function driftOf({ drift: all }: Verdict): string[] {
  const nameOf = ({ request }: RequestDrift): string => request ?? 'all requests';
  const rows = all.map((one) => [
    text(nameOf(one)),
    formatValue(one.startMs, 'milliseconds'),
    formatValue(one.growthPercentPer24h, 'percent'),
    formatInterval(one.interval, 'percent'),
    detectable(one),
    formatCount(one.requests),
    one.state.replaceAll('_', ' '),
  ]);
  if (rows.length === 0) return [];
  return [
    '',
    'Drift of the P95 of successful requests, the load taken out:',
    '',
    ...markdownTable(
      ['Request', 'P95 without drift', 'Per 24 h', '95 % interval', 'Would be seen from', 'Requests', 'State'],
      rows,
    ),
    ...explained(all.map((one) => ({ name: nameOf(one), unit: 'milliseconds', trend: one }))),
  ];
}

const detectable = ({ detectablePercentPer24h }: SeriesTrend): string =>
  formatValue(detectablePercentPer24h, 'percent');

/** The sentence of each series, and its changes of level. */
function explained(all: readonly { name: string; unit: string; trend: SeriesTrend }[]): string[] {
  const lines = all.flatMap(({ name, unit, trend }) => {
    const since = trend.firstCalledMs === null ? '' : ` First called ${instant(trend.firstCalledMs)}.`;
    const changes = trend.changePoints.map(({ atMs, label, before, after }) =>
      before === null || after === null
        ? `  - ${instant(atMs)}: ${text(label)}`
        : `  - ${instant(atMs)}: from ${formatValue(before, unit)} to ${formatValue(after, unit)}, ${text(label)}`,
    );
    return [`- ${text(name)}: ${text(trend.why)}${since}`, ...changes];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

/** When a series that leaks reaches its limit. */
const exhaustions = ({ growth: all }: Verdict): string[] =>
  all.flatMap(({ series, exhaustion }) =>
    exhaustion === null
      ? []
      : [
          '',
          `**${text(series)} reaches its limit ${instant(exhaustion.atMs)}** (between ${instant(exhaustion.lowMs)} and ${exhaustion.highMs === null ? 'never' : instant(exhaustion.highMs)}).`,
        ],
  );
