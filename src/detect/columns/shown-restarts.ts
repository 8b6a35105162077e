import { bandMeans, firstFrom, MIDDLE, mayBeCount, readingHoursOf } from '../trend/bins.ts';
import type { Followed } from '../trend/finding.ts';
import type { ShownRestart } from '../trend/question.ts';
import { quantileOf } from '../vectors.ts';

/** Steps in which falls are looked for, hours; a fall lies within two of them. */
const STEP_HOURS = 1 / 6;
/** A fall must exceed so many times what usually happens from step to step in the four hours before. */
const RARE = 6;
const BEFORE_STEPS = 24;
/** Smallest falls, as shares of the level before. What is read after collections, and what is counted, does not fall like that by itself. */
const LEAST = { collected: 0.1, counted: 0.25, other: 0.08 };
/** A pool of ten that closes two connections has not restarted. */
const LEAST_COUNTED = 3;
/** Falls of one process are seen within so long of each other. */
const TOGETHER_HOURS = 0.4;
/** A load that falls like this, against the hour before, takes a level along. */
const LOAD_FELL = 0.85;

interface SuddenFall extends ShownRestart {
  readonly name: string;
  readonly sort: keyof typeof LEAST;
}

/**
 * Restarts that a file shows though no column names them: what is read after collections falls for nothing else, and where
 * memory and connections, descriptors or threads fall at one moment, the process has begun again. By name of each series
 * that fell then. What a restart is told by stands before its `knownHour`, so that a file that ends there shows it too.
 */
export function shownRestarts(followed: readonly Followed[]): Map<string, ShownRestart[]> {
  const falls = followed
    .flatMap((one) => (one.kind === 'growth' ? suddenFalls(one) : []))
    .toSorted((a, b) => a.hour - b.hour);
  const restarts = falls.flatMap((fall) => {
    const knownHour = knownBy(fall, falls);
    return knownHour === null ? [] : [{ ...fall, knownHour }];
  });
  return new Map(
    [...Map.groupBy(restarts, ({ name }) => name)].map(([name, own]) => [
      name,
      own.map(({ hour, knownHour }) => ({ hour, knownHour })),
    ]),
  );
}

/** Hour at which a fall is known to be a restart; null where it is none. */
function knownBy(fall: SuddenFall, falls: readonly SuddenFall[]): number | null {
  const together = falls.filter((other) => Math.abs(other.hour - fall.hour) <= TOGETHER_HOURS);
  const first = (sort: SuddenFall['sort']): number =>
    Math.min(...together.flatMap((other) => (other.sort === sort ? [other.knownHour] : [])));
  const known = Math.min(first('collected'), Math.max(first('counted'), first('other')));
  return Number.isFinite(known) ? Math.max(fall.knownHour, known) : null;
}

function suddenFalls({ name, readings, load, collected, isMemory }: Followed): SuddenFall[] {
  const step = Math.max(STEP_HOURS, readingHoursOf(readings.hours));
  const count = Math.floor((readings.hours.at(-1) ?? 0) / step) + 1;
  const level = bandMeans(readings, count, step, MIDDLE);
  // What is no count later may have looked like one.
  const noCount = isMemory === true ? 0 : readings.values.findIndex((value) => !mayBeCount(value));
  const countedUntil = readings.hours[noCount] ?? Number.POSITIVE_INFINITY;
  const falls: SuddenFall[] = [];
  for (let at = 1; at < count; at++) {
    const knownHour = (at + 2) * step;
    const sort = collected ? 'collected' : countedUntil >= knownHour ? 'counted' : 'other';
    const before = level[at - 1] ?? Number.NaN;
    const lowest = Math.min(level[at] ?? Number.NaN, level[at + 1] ?? level[at] ?? Number.NaN);
    const fall = before - lowest;
    if (!(fall >= LEAST[sort] * Math.abs(before)) || (sort === 'counted' && fall < LEAST_COUNTED)) continue;
    const last = falls.at(-1);
    if (last !== undefined && at * step - last.hour <= TOGETHER_HOURS) continue;
    const moves = level
      .subarray(Math.max(0, at - 1 - BEFORE_STEPS), at)
      .map((value, place, all) => Math.abs(value - (all[place - 1] ?? Number.NaN)));
    if (fall < RARE * quantileOf(moves, 0.5) || loadFell(load, at * step, step)) continue;
    // Most of it from one step to the next: that is where it happened.
    const isLater = before - (level[at] ?? Number.NaN) < fall / 2;
    falls.push({ hour: (at + (isLater ? 1 : 0)) * step, knownHour, name, sort });
  }
  return falls;
}

function loadFell(load: Followed['load'], hour: number, step: number): boolean {
  if (load === null) return false;
  const mean = (from: number, to: number): number => {
    const values = load.values.subarray(firstFrom(load.hours, from), firstFrom(load.hours, to)).filter(Number.isFinite);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  // A stretch of fixed load may last no longer than a step: it falls into it, or out of it.
  const steps = [hour - 2 * step, hour - step, hour, hour + step].map((from) => mean(from, from + step));
  const usual = Math.max(mean(hour - 1 - step, hour - step), ...steps.slice(0, 2).filter(Number.isFinite));
  return steps.slice(1).some((rate) => rate < LOAD_FELL * usual);
}
