/** The figures as a Markdown table: a line a figure, a column a detector. */
import { clopperPearson, type Rate } from './bounds.ts';
import type { Recall, Score } from './score.ts';

interface Line {
  what: string;
  target: string;
  value(score: Score): string;
}

const percentBelow = (what: string, target: string, of: (score: Score) => Rate): Line => ({
  what,
  target,
  value: (score) => shareText(of(score)),
});

const lines: readonly Line[] = [
  percentBelow('clean 72 h, any alarm at any hour', '≤ 1 %', ({ clean }) => clean.anyAlarm),
  percentBelow('clean 72 h, wrong at the end', '≤ 0.3 %', ({ clean }) => clean.wrongAtEnd),
  percentBelow('clean 72 h, any alarm of a latency', '≤ 1 %', ({ clean }) => clean.driftAlarm),
  ...recalls('leak', ({ leaks }) => leaks, [2, 5, 10, 30], [0.85, 0.97, 1, 1], 72),
  ...delays('leak', ({ leaks }) => leaks, [5, 10, 30], [40, 30, 24], 72),
  {
    what: 'leaks called: median error of the slope',
    target: '≤ 5 %',
    value: ({ medianSlopeError }) =>
      Number.isNaN(medianSlopeError) ? '–' : `${(100 * medianSlopeError).toFixed(1)} %`,
  },
  percentBelow('leaks called: interval covers', '≥ 93 %', ({ coverageOfCalled }) => coverageOfCalled),
  percentBelow('all leaks: interval covers', '', ({ coverageOfAll }) => coverageOfAll),
  ...recalls('drift', ({ drifts }) => drifts, [10, 20, 40], [0.7, 0.95, 1], 72),
  percentBelow('affected 72 h: healthy series called', '', ({ healthyBeside }) => healthyBeside),
  percentBelow('clean 24 h with evidence, any alarm', '', ({ day }) => day.cleanAnyAlarm),
  percentBelow('clean 24 h with evidence, wrong at the end', '≤ 1 %', ({ day }) => day.cleanWrongAtEnd),
  ...recalls('leak', ({ day }) => day.leaks, [5, 10, 30], [0.5, 0.9, 1], 24),
  ...delays('leak', ({ day }) => day.leaks, [5, 10, 30], [24, 12, 6], 24),
  {
    what: 'CPU for one run with all its series, every hour',
    target: '',
    value: ({ meanCpuMs }) => `${meanCpuMs.toFixed(0)} ms`,
  },
];

export function tableOf(scores: ReadonlyMap<string, Score>): string {
  const head = ['what', 'target', ...scores.keys()];
  const rows = lines.map(({ what, target, value }) => [what, target, ...[...scores.values()].map(value)]);
  return markdown([head, ...rows]);
}

export function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const text = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [
    text(rows[0] ?? []),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...rows.slice(1).map(text),
  ].join('\n');
}

/** `12.5 % (3/24; 2.7–32.4)`: the share, what it is of, and its 95 % interval in percent. */
export function shareText(rate: Rate): string {
  if (rate.of === 0) return '–';
  const { low, high } = clopperPearson(rate);
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(rate.hits / rate.of)} % (${rate.hits}/${rate.of}; ${percent(low)}–${percent(high)})`;
}

function recalls(
  fault: string,
  of: (score: Score) => Recall[],
  percents: readonly number[],
  targets: readonly number[],
  lengthHours: number,
): Line[] {
  return percents.map((percent, index) => ({
    what: `${name(fault, lengthHours)} of ${percent} %${fault === 'leak' ? ' a day' : ''}: recall`,
    target: `≥ ${targets[index]}`,
    value(score) {
      const found = of(score).find((one) => one.percent === percent)?.atEnd;
      if (found === undefined || found.of === 0) return '–';
      const { low, high } = clopperPearson(found);
      return `${(found.hits / found.of).toFixed(2)} (${found.hits}/${found.of}; ${low.toFixed(2)}–${high.toFixed(2)})`;
    },
  }));
}

function delays(
  fault: string,
  of: (score: Score) => Recall[],
  percents: readonly number[],
  targets: readonly number[],
  lengthHours: number,
): Line[] {
  return percents.map((percent, index) => ({
    what: `${name(fault, lengthHours)} of ${percent} % a day: median delay`,
    target: `≤ ${targets[index]} h`,
    value(score) {
      const found = of(score).find((one) => one.percent === percent);
      if (found === undefined || !Number.isFinite(found.medianDelayHours)) return '–';
      return `${found.medianDelayHours.toFixed(1)} h${found.early > 0 ? `, ${found.early} before the onset` : ''}`;
    },
  }));
}

function name(fault: string, lengthHours: number): string {
  return lengthHours === 24 ? `24 h with evidence, ${fault}` : fault;
}
