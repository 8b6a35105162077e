import { styleText } from 'node:util';
import type { Analysis, SeriesAnalysis } from '../detect/columns/analyze.ts';
import type { TrendVerdict } from '../detect/trend/finding.ts';
import { formatBytes, formatDuration, formatMilliseconds, significant } from '../verdict/quantity.ts';
import { instantOf } from './analysis-document.ts';
import type { Io } from './io.ts';
import { seriesChart } from './series-chart.ts';
import { table } from './table.ts';

const COLOURS: Record<TrendVerdict, 'red' | 'yellow' | 'green' | 'gray'> = {
  leak: 'red',
  drift: 'red',
  suspect: 'yellow',
  growing: 'yellow',
  not_separable: 'yellow',
  stable: 'green',
  insufficient: 'gray',
};
const CHART_LINES = 4;
const WIDTH = { least: 40, most: 120 };
const CALLED = '▲';
const CHANGED = '┴';
/** More are counted, not listed. */
const MOST_CHANGES = 6;
const HOUR_MS = 3_600_000;

/** What a file holds, one series after the other: chart, verdict, why, figures; the file's verdict last. */
export function analysisText(analysis: Analysis, { colour, columns }: Pick<Io, 'colour' | 'columns'>): string {
  const width = Math.min(WIDTH.most, Math.max(WIDTH.least, columns));
  const paint = (verdict: TrendVerdict, text: string): string =>
    colour ? styleText(COLOURS[verdict], text, { validateStream: false }) : text;
  const parts = analysis.series.map((one) =>
    seriesText(one, analysis, width, (text) => paint(one.finding.verdict, text)),
  );
  return [...parts, wrapped(summary(analysis), width).join('\n')].join('\n\n');
}

function seriesText(one: SeriesAnalysis, analysis: Analysis, width: number, paint: (text: string) => string): string {
  const { name, kind, verdict } = one.finding;
  const head = `${name}  ${paint(verdict.replace('_', ' '))}${kind === 'drift' ? '  (tested for drift)' : ''}`;
  const moves = one.followed.readings.values.length > 0 && one.finding.answer?.finding !== 'constant';
  return [
    head,
    ...(moves ? chartLines(one, analysis, width, paint) : []),
    ...wrapped(one.why, width - 2).map((line) => `  ${line}`),
    ...(moves ? figures(one, analysis, width - 2) : []).map((line) => `  ${line}`),
  ].join('\n');
}

function chartLines(one: SeriesAnalysis, analysis: Analysis, width: number, paint: (text: string) => string): string[] {
  const { followed, firstCalledHour, changes } = one;
  const { spanHours } = analysis;
  const lines = seriesChart(
    {
      ...followed.readings,
      spanHours,
      trend: trendOf(one, spanHours),
      marks: [
        ...changes.map(({ hour }) => ({ hour, sign: CHANGED })),
        ...(firstCalledHour === null ? [] : [{ hour: firstCalledHour, sign: CALLED }]),
      ],
    },
    { width: width - 2, height: CHART_LINES, format: formatOf(followed.name), paint },
  );
  const from = minuteOf(analysis, 0);
  const until = `${minuteOf(analysis, spanHours)} UTC`;
  const indent = (lines.at(-1) ?? '').indexOf('└') + 1;
  const times = `${from}${until.padStart(width - 2 - indent - from.length)}`;
  return [...lines, `${' '.repeat(indent)}${times}`].map((line) => `  ${line}`);
}

/** The growth that was found, along the floors of the series; null where none was. */
function trendOf({ finding, followed }: SeriesAnalysis, spanHours: number): ((hour: number) => number | null) | null {
  const { answer, verdict } = finding;
  if (answer === null || verdict === 'stable' || verdict === 'insufficient') return null;
  const { level, ratePerHour, onsetHour, restarts } = answer;
  // The level of latency is that of the middle of the run, of all else that of its beginning.
  if (followed.kind === 'drift')
    return (hour) => (hour < onsetHour ? null : level * Math.exp(ratePerHour * (hour - spanHours / 2)));
  return (hour) => {
    const began = restarts.findLast((at) => at <= hour && at > onsetHour) ?? onsetHour;
    return hour < began ? null : level * (1 + ratePerHour * (hour - began));
  };
}

function figures(
  { finding, followed, firstCalledHour, changes }: SeriesAnalysis,
  analysis: Analysis,
  width: number,
): string[] {
  const {
    verdict,
    growthPercentPer24h: rate,
    growthPer1000Requests,
    detectablePercentPer24h,
    onsetHour,
    exhaustion,
  } = finding;
  const format = formatOf(followed.name);
  const minute = (hour: number): string => minuteOf(analysis, hour);
  const rows: string[][] = [];
  if (rate !== null) {
    const interval = `${percent(rate.estimate)} a day, 95 % interval ${percent(rate.low)} to ${percent(rate.high)}`;
    const perRequests =
      growthPer1000Requests === null || verdict === 'stable'
        ? ''
        : `; ${format(growthPer1000Requests)} per 1000 requests`;
    rows.push(['growth', `${interval}${perRequests}`]);
  }
  if (detectablePercentPer24h !== null) rows.push(['could see', `${percent(detectablePercentPer24h)} a day or more`]);
  if (firstCalledHour !== null) {
    const after = formatDuration(firstCalledHour * HOUR_MS);
    const since = onsetHour === null || onsetHour === 0 ? '' : `; growing since about ${minute(onsetHour)}`;
    rows.push(['called', `${minute(firstCalledHour)}, after ${after}${since} ${CALLED}`]);
  }
  if (exhaustion !== null) {
    const latest = exhaustion.high === null ? 'or never' : `to ${minute(exhaustion.high)}`;
    rows.push(['limit', `reached ${minute(exhaustion.hour)} (${minute(exhaustion.low)} ${latest})`]);
  }
  if (changes.length > 0) {
    const shown = changes.slice(0, MOST_CHANGES).map(({ hour, label }) => `${minute(hour)} ${label}`);
    const more = changes.length > MOST_CHANGES ? `, and ${changes.length - MOST_CHANGES} more` : '';
    rows.push(['changes', `${shown.join(', ')}${more} ${CHANGED}`]);
  }
  if (rows.length === 0) return [];
  const labelWidth = Math.max(...rows.map(([label = '']) => label.length)) + 2;
  const lines = rows.flatMap(([label = '', text = '']) =>
    wrapped(text, width - labelWidth).map((line, at) => [at === 0 ? label : '', line]),
  );
  return table(lines).split('\n');
}

/** One line: the verdict and the series that decided. */
function summary({ verdict, series }: Analysis): string {
  const named = (verdicts: readonly TrendVerdict[]): string =>
    series.flatMap(({ finding }) => (verdicts.includes(finding.verdict) ? [finding.name] : [])).join(', ');
  if (verdict === 'failed') {
    const said = [
      { what: 'leak', names: named(['leak']) },
      { what: 'drift', names: named(['drift']) },
    ];
    return `failed: ${said.flatMap(({ what, names }) => (names === '' ? [] : [`${what} in ${names}`])).join('; ')}`;
  }
  const open = named(['suspect', 'growing', 'not_separable']);
  if (verdict === 'inconclusive')
    return open === '' ? 'inconclusive: nothing could be judged' : `inconclusive: ${open} may grow`;
  const unjudged = named(['insufficient']);
  return `passed: neither leak nor drift in ${series.length} series${
    unjudged === '' ? '' : `; not judged for want of samples: ${unjudged}`
  }`;
}

const percent = (value: number): string => `${significant(value, 2)} %`;

const minuteOf = (analysis: Analysis, hour: number): string =>
  instantOf(analysis, hour)?.slice(0, 16).replace('T', ' ') ?? 'after the year 9999';

/** The unit of a column by the end of its name. */
function formatOf(name: string): (value: number) => string {
  if (/_bytes$/i.test(name)) return formatBytes;
  if (/_(ms|milliseconds)$|^latency_/i.test(name)) return formatMilliseconds;
  return formatNumber;
}

/** `2.45 G`, `43`, `0.0125`. */
function formatNumber(value: number): string {
  const [least, factor, prefix] = PREFIXES.find(([size]) => Math.abs(value) >= size) ?? [0, 1, ''];
  return `${significant(value / factor, least === 0 ? 4 : 3)}${prefix}`;
}

/** Below ten thousand a number is as short without. */
const PREFIXES: readonly (readonly [least: number, factor: number, prefix: string])[] = [
  [1e9, 1e9, ' G'],
  [1e6, 1e6, ' M'],
  [1e4, 1e3, ' k'],
];

/** Lines of at most `width` characters; words are not cut. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
