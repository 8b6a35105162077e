import { type Finding, type Followed, Trend } from '../trend/finding.ts';
import { whyOf } from '../trend/why.ts';
import { type ChangeFinder, changesOfSeries, type LabelledChange } from './change-finder.ts';
import type { Columns } from './columns.ts';
import { type ColumnSettings, follow, spanHours } from './follow.ts';

/** One series of a file, judged. */
export interface SeriesAnalysis {
  readonly followed: Followed;
  readonly finding: Finding;
  /** First hour at which the same code, seeing only what came before, said leak or drift. */
  readonly firstCalledHour: number | null;
  readonly changes: readonly LabelledChange[];
  readonly why: string;
}

/** All series of a file, judged by what they are at its end. */
export interface Analysis {
  readonly verdict: FileVerdict;
  /** Hour 0, Unix milliseconds. */
  readonly startMs: number;
  readonly spanHours: number;
  readonly series: readonly SeriesAnalysis[];
}

export type FileVerdict = 'passed' | 'failed' | 'inconclusive';

/** Judges every series of a file that is not ignored, in the file's order. */
export function analyze(
  columns: Columns,
  settings: ColumnSettings,
  changesOf: ChangeFinder = changesOfSeries,
): Analysis {
  const followed = follow(columns, settings);
  const untilHour = spanHours(columns);
  const series = followed.map((one) => analyzeSeries(one, followed.length, untilHour, changesOf));
  return { verdict: verdictOf(series), startMs: columns.timesMs[0] ?? 0, spanHours: untilHour, series };
}

function analyzeSeries(
  followed: Followed,
  seriesCount: number,
  untilHour: number,
  changesOf: ChangeFinder,
): SeriesAnalysis {
  const trend = new Trend(followed, seriesCount);
  const finding = trend.at(untilHour);
  const isCalled = finding.verdict === 'leak' || finding.verdict === 'drift';
  const firstCalledHour = trend.firstCalledHour(untilHour);
  const isLapsed = !isCalled && firstCalledHour !== null;
  // What was called once was seen, however small: what would have been is no news of it.
  const told = isLapsed ? { ...finding, detectablePercentPer24h: null } : finding;
  const why = whyOf(told, followed, { hour: untilHour, seriesCount });
  return {
    followed,
    finding,
    firstCalledHour,
    changes: changesOf(followed, finding.answer),
    why: isLapsed ? `${why} ${lapsed(firstCalledHour)}` : why,
  };
}

const lapsed = (hour: number): string => `It was called at hour ${Math.round(hour)}, and no longer is.`;

/** Nothing is passed that nobody could judge. */
function verdictOf(series: readonly SeriesAnalysis[]): FileVerdict {
  const verdicts = series.map(({ finding }) => finding.verdict);
  if (verdicts.some((one) => one === 'leak' || one === 'drift')) return 'failed';
  const isOpen = verdicts.some((one) => one === 'suspect' || one === 'growing' || one === 'not_separable');
  return isOpen || verdicts.every((one) => one === 'insufficient') ? 'inconclusive' : 'passed';
}
