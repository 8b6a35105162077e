/** What the detectors say to real series: silence where nobody saw an issue, change points where people marked them. */
import type { Detector } from './detector.ts';
import { changePointDetectors } from './detectors.ts';
import { covering, f1Score } from './real/change-point-scores.ts';
import { modelServers } from './real/llm-aging.ts';
import { flatSlices, type NabSeries, nabSeries } from './real/nab.ts';
import { latencyIssues, type PetshopIssue, quietServices } from './real/petshop.ts';
import { HOURS_A_READING, markedSeries, PUBLISHED_DEFAULT } from './real/tcpd.ts';
import { markdown } from './table.ts';
import type { Trace } from './trace.ts';

/** Markdown; `folder` holds petshop, llm-aging, nab and tcpd. */
export function reportOnRealData(folder: string, detectors: readonly Detector[]): string {
  const finders = [...new Set([...detectors, ...changePointDetectors])].filter(({ changePoints }) => changePoints);
  const nab = nabSeries(folder);
  return [
    '## Series without an issue: how many are called (at any hour, at the end)',
    silenceTable(
      {
        'petshop, 49 h without an issue': quietServices(folder),
        'NAB, flat and unmarked 72 h': nab.flatMap(flatSlices),
      },
      detectors,
    ),
    '## PetShop, labelled latency issues found',
    issueTable(latencyIssues(folder), detectors, finders),
    '## llm-aging: hour of the first call, verdict at the end, growth in 24 h',
    agingTable(modelServers(folder), detectors),
    '## NAB: change points in and outside of marked windows',
    windowTable(nab, finders),
    '## TCPD: change points against the marks of five people',
    marksTable(folder, finders),
  ].join('\n\n');
}

function silenceTable(sources: Record<string, readonly Trace[]>, detectors: readonly Detector[]): string {
  const rows = Object.entries(sources).map(([source, traces]) => {
    const series = traces.reduce((sum, trace) => sum + trace.series.length, 0);
    const cells = detectors.map((detector) => {
      const said = traces.flatMap((trace) => detector.judge(trace));
      const [ever, end] = [said.filter((one) => one.firstCalledHour !== null), said.filter((one) => one.calledAtEnd)];
      return `${ever.length}, ${end.length}`;
    });
    return [source, `${series}`, ...cells];
  });
  return markdown([['source', 'series', ...detectors.map(({ name }) => name)], ...rows]);
}

function issueTable(
  issues: readonly PetshopIssue[],
  judging: readonly Detector[],
  finders: readonly Detector[],
): string {
  const foundIn = (kind: 'measured' | 'held', detector: Detector) =>
    issues.filter((issue) => detector.judge(issue[kind]).some((one) => one.calledAtEnd)).length;
  const datedIn = (kind: 'measured' | 'held', { changePoints }: Detector) =>
    issues.filter((issue) =>
      changePoints?.(issue[kind]).some(({ hours }) => hours.some((hour) => Math.abs(hour - issue.onsetHour) <= 0.5)),
    ).length;
  return markdown([
    ['detector', `called, 25 min as measured (of ${issues.length})`, 'called, held for 12 h'],
    ...judging.map((detector) => [detector.name, `${foundIn('measured', detector)}`, `${foundIn('held', detector)}`]),
    ...finders.map((detector) => [
      `${detector.name}, change point within half an hour`,
      `${datedIn('measured', detector)}`,
      `${datedIn('held', detector)}`,
    ]),
  ]);
}

function agingTable(traces: readonly Trace[], detectors: readonly Detector[]): string {
  const rows = traces.map((trace) => [
    `${trace.family}, ${trace.lengthHours.toFixed(0)} h`,
    ...detectors.map((detector) => {
      const one = detector.judge(trace)[0];
      if (one === undefined) return '–';
      const growth = one.percentPer24h;
      const rate =
        growth === null ? '' : `, ${growth.estimate.toFixed(1)} (${growth.low.toFixed(1)}–${growth.high.toFixed(1)}) %`;
      return `${one.firstCalledHour?.toFixed(0) ?? 'never'}, ${one.calledAtEnd ? 'leak' : 'no'}${rate}`;
    }),
  ]);
  return markdown([['server', ...detectors.map(({ name }) => name)], ...rows]);
}

function windowTable(series: readonly NabSeries[], finders: readonly Detector[]): string {
  const rows = finders.map((detector) => {
    let [inside, outside, hit, windows] = [0, 0, 0, 0];
    for (const { trace, windows: marked } of series) {
      const hours = detector.changePoints?.(trace).flatMap((one) => one.hours) ?? [];
      const within = (hour: number, { fromHour, toHour }: { fromHour: number; toHour: number }) =>
        hour >= fromHour && hour <= toHour;
      const good = hours.filter((hour) => marked.some((window) => within(hour, window))).length;
      inside += good;
      outside += hours.length - good;
      hit += marked.filter((window) => hours.some((hour) => within(hour, window))).length;
      windows += marked.length;
    }
    const [precision, recall] = [inside / Math.max(1, inside + outside), hit / Math.max(1, windows)];
    const f1 = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
    return [detector.name, `${inside}`, `${outside}`, `${hit} of ${windows}`, f1.toFixed(2)];
  });
  return markdown([['detector', 'inside', 'outside', 'windows hit', 'F1'], ...rows]);
}

function marksTable(folder: string, finders: readonly Detector[]): string {
  const series = markedSeries(folder);
  const mean = (values: readonly number[]) =>
    (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3);
  const rows = finders.map((detector) => {
    const found = series.map(({ trace }) =>
      (detector.changePoints?.(trace)[0]?.hours ?? []).map((hour) => Math.round(hour / HOURS_A_READING)),
    );
    return [
      `${detector.name} (${series.length} series)`,
      mean(series.map(({ marks, trace }, index) => covering(marks, found[index] ?? [], trace.hours.length))),
      mean(series.map(({ marks }, index) => f1Score(marks, found[index] ?? []))),
    ];
  });
  const none = [
    `no change at all (${series.length} series)`,
    mean(series.map(({ marks, trace }) => covering(marks, [], trace.hours.length))),
    mean(series.map(({ marks }) => f1Score(marks, []))),
  ];
  const published = PUBLISHED_DEFAULT.map(({ method, cover, f1 }) => [
    `published, all series: ${method}`,
    cover.toFixed(3),
    f1.toFixed(3),
  ]);
  return markdown([['detector', 'covering', 'F1'], ...rows, none, ...published]);
}
