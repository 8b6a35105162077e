import type { Clocked } from '../detect/trend/bins.ts';
import { firstFrom } from '../detect/trend/bins.ts';
import { LEAST_HOURS } from '../detect/trend/evaluate.ts';
import { type Followed, Trend } from '../detect/trend/finding.ts';

type Changing<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * A trend that goes on with its series. What it answered at an hour follows from what stands before that hour, so the
 * answers are kept while that is the same; when it is not (an outage was recognised later, a sample came late), it begins anew.
 */
export class KeptTrend {
  #followed: Changing<Followed>;
  #series: number;
  #trend: Trend;
  #askedHour = 0;
  /** Answers at whole hours up to it are kept; before the first that can be asked there are none. */
  #walkedHour = LEAST_HOURS - 1;
  #isWalking = false;

  constructor(followed: Followed, series: number) {
    this.#followed = { ...followed };
    this.#series = series;
    this.#trend = new Trend(this.#followed, series);
  }

  /** The trend of the series as it is known by now, to be asked at an hour that none before was beyond. */
  at(hour: number, followed: Followed, series: number): Trend {
    if (series === this.#series && isSameBefore(this.#askedHour, this.#followed, followed))
      Object.assign(this.#followed, followed);
    else {
      this.#followed = { ...followed };
      this.#series = series;
      this.#trend = new Trend(this.#followed, series);
      this.#walkedHour = LEAST_HOURS - 1;
      this.#isWalking = false;
    }
    this.#askedHour = hour;
    return this.#trend;
  }

  /**
   * Of what grows, all hours before are asked (since when it is called). True when their answers are kept; else at most `steps`
   * of them are made, so that what takes a run over does not make them all at once.
   */
  isReady(hour: number, steps: number): boolean {
    if (this.#walkedHour >= hour - 1) {
      this.#walkedHour = Math.max(this.#walkedHour, hour);
      return true;
    }
    this.#isWalking ||= this.#trend.answerAt(hour)?.finding === 'growth';
    if (!this.#isWalking) return true;
    const until = Math.min(hour, this.#walkedHour + steps);
    for (let at = this.#walkedHour + 1; at <= until; at++) this.#trend.at(at);
    this.#walkedHour = until;
    return until === hour;
  }
}

/** Is all that an answer at `hour` follows from the same? */
export function isSameBefore(hour: number, a: Followed, b: Followed): boolean {
  return (
    a.kind === b.kind &&
    a.collected === b.collected &&
    sameReadings(hour, a.readings, b.readings) &&
    (a.load === null || b.load === null ? a.load === b.load : sameReadings(hour, a.load, b.load)) &&
    sameRestarts(hour, a.restarts, b.restarts) &&
    sameRestarts(hour, shownBefore(hour, a), shownBefore(hour, b)) &&
    sameStretches(hour, a.leftOut, b.leftOut)
  );
}

function sameReadings(hour: number, a: Clocked, b: Clocked): boolean {
  const end = firstFrom(a.hours, hour - 1e-9);
  if (firstFrom(b.hours, hour - 1e-9) !== end) return false;
  for (let at = 0; at < end; at++) if (a.hours[at] !== b.hours[at] || a.values[at] !== b.values[at]) return false;
  return true;
}

function sameRestarts(hour: number, a: Followed['restarts'], b: Followed['restarts']): boolean {
  if (a === null || b === null) return a === b;
  const before = (hours: readonly number[]): number[] => hours.filter((one) => one < hour);
  return before(a).join() === before(b).join();
}

const shownBefore = (hour: number, { shownRestarts = [] }: Followed): number[] =>
  shownRestarts.flatMap((shown) => (shown.knownHour <= hour ? [shown.hour] : []));

function sameStretches(hour: number, a: Followed['leftOut'], b: Followed['leftOut']): boolean {
  const before = (stretches: Followed['leftOut']): string =>
    stretches
      .filter(({ fromHour }) => fromHour < hour)
      .map(({ fromHour, untilHour }) => `${fromHour} ${Math.min(hour, untilHour)}`)
      .join();
  return before(a) === before(b);
}
