/**
 * Moves of a level that are none for good: what a collector takes and the process wins back, what comes and goes within
 * hours, and what every day does.
 */
import type { ChangePoint } from './change-points.ts';

/** Two sizes are like when they differ by less than this share of the larger. */
const LIKE = 0.4;
/** A fall whose loss was won back by this share before the next change was one of a sawtooth. */
const WON_BACK = 0.5;
/** A level that went again within so many hours never was one: a job, a batch. */
const BUMP_HOURS = 3;
const DAY_HOURS = 24;

const sizeOf = ({ before, after }: ChangePoint): number => after - before;

const areLike = (one: number, other: number): boolean =>
  Math.abs(one - other) < LIKE * Math.max(Math.abs(one), Math.abs(other));

/**
 * The changes that are for good, in order of time, of a series that begins at `firstHour`. `toleranceHours`: how well a change
 * is dated.
 */
export function lasting(changes: readonly ChangePoint[], firstHour: number, toleranceHours: number): ChangePoint[] {
  // A level of the first hours alone is a warm-up, or the end of something that nobody saw begin.
  const begun = changes.filter(({ at }) => at - firstHour > BUMP_HOURS);
  return withoutSawtooth(withoutDaily(withoutBumps(begun), toleranceHours));
}

/**
 * Without the falls of a sawtooth, of which there are two at least: what a collector takes away grows back until it comes again.
 * The last fall has no time to be won back, so that it goes with those that it is like.
 */
function withoutSawtooth(changes: readonly ChangePoint[]): ChangePoint[] {
  const falls = changes.filter((one) => sizeOf(one) < 0);
  const teeth = falls.filter((one) => one.until - one.after >= -WON_BACK * sizeOf(one));
  const isTooth = (fall: ChangePoint): boolean =>
    falls.some(
      (other) =>
        other !== fall && (teeth.includes(fall) || teeth.includes(other)) && areLike(sizeOf(other), sizeOf(fall)),
    );
  return changes.filter((one) => !falls.includes(one) || !isTooth(one));
}

/** Without pairs of a move and a like move back soon after. */
function withoutBumps(changes: readonly ChangePoint[]): ChangePoint[] {
  const kept: ChangePoint[] = [];
  for (const change of changes) {
    const last = kept.at(-1);
    if (last !== undefined && change.at - last.at <= BUMP_HOURS && areLike(sizeOf(change), -sizeOf(last))) kept.pop();
    else kept.push(change);
  }
  return kept;
}

/** Without moves that another day made at the same hour, the level having come back between: at once or by and by. */
function withoutDaily(changes: readonly ChangePoint[], toleranceHours: number): ChangePoint[] {
  const daily = new Set<ChangePoint>();
  for (const [at, one] of changes.entries()) {
    let moved = 0;
    for (const other of changes.slice(at + 1)) {
      moved += sizeOf(other);
      const later = other.at - one.at;
      const days = Math.round(later / DAY_HOURS);
      if (days === 0 || Math.abs(later - days * DAY_HOURS) > toleranceHours) continue;
      const away = Math.min(Math.abs(moved), Math.abs(other.before - one.before));
      if (areLike(sizeOf(one), sizeOf(other)) && away <= LIKE * Math.abs(sizeOf(one))) daily.add(one).add(other);
    }
  }
  return changes.filter((one) => !daily.has(one));
}
