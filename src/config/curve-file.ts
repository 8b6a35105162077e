import { parseDuration } from '../base/duration.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import type { RecordedCurve } from '../model/profile.ts';

type CurvePoint = RecordedCurve['points'][number];

const DAY_MS = 86_400_000;

/** One a minute, for a day or for the longest run: more is a log and no curve, and each edit of a live run plays it again. */
const MOST_POINTS: Record<RecordedCurve['clock'], number> = { day: 1440, run: 60 * 1440 };

/** What is wrong with one line of a curve file. */
export interface CurveLineProblem {
  line: number;
  problem: string;
  hint: string;
}

/**
 * A recorded curve from CSV: a header, then `time,requests_per_minute`. By the day, times are `HH:MM` or
 * `HH:MM:SS`; by the run, durations since the start such as `90m`. Empty lines and lines with `#` are skipped.
 */
export function parseCurveCsv(
  text: string,
  clock: RecordedCurve['clock'],
): { points: CurvePoint[]; problems: CurveLineProblem[] } {
  const points: CurvePoint[] = [];
  const problems: CurveLineProblem[] = [];
  let header = true;
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.replace(/^\uFEFF/, '').trim();
    if (line === '' || line.startsWith('#')) return;
    if (header && /^[a-z_]+\s*,\s*[a-z_]+$/i.test(line)) {
      header = false;
      return;
    }
    header = false;
    const report = ({ problem, hint }: { problem: string; hint: string }): void => {
      problems.push({ line: index + 1, problem, hint });
    };
    const cells = line.split(',').map((cell) => cell.trim());
    const rate = Number(cells[1]);
    if (cells.length !== 2 || cells[1] === '' || !Number.isFinite(rate) || rate < 0) {
      report({ problem: `${quote(line)} is not a time and a rate`, hint: 'write for example 09:30,45' });
      return;
    }
    const offset = clock === 'day' ? parseTimeOfDay(cells[0] ?? '') : parseDuration(cells[0]);
    if (!offset.ok) {
      report(offset);
      return;
    }
    const before = points.at(-1);
    if (before !== undefined && before.offsetMs >= offset.value) {
      report({ problem: `${cells[0]} does not come after the line before`, hint: 'sort the lines by time' });
      return;
    }
    points.push({ offsetMs: offset.value, ratePerMinute: rate });
  });
  if (points.length > MOST_POINTS[clock]) {
    problems.push({
      line: 1,
      problem: `${points.length} points are more than ${MOST_POINTS[clock]}`,
      hint: 'write one point a minute; the rate between is interpolated',
    });
  }
  return { points, problems };
}

function parseTimeOfDay(text: string): Parsed<number> {
  const [, hours, minutes, seconds] = /^([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?$/.exec(text) ?? [];
  const offsetMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0)) * 1000;
  return hours !== undefined && offsetMs < DAY_MS
    ? parsed(offsetMs)
    : unreadable(
        `${quote(text)} is no time of day`,
        'write for example 09:30; with clock: run write durations such as 90m',
      );
}
