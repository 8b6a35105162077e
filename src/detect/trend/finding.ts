import { studentQuantile } from '../distributions.ts';
import { quantileOf } from '../vectors.ts';
import { firstFrom } from './bins.ts';
import { CONTRADICTING, closedGates, evidenceNeeded, type Gate, neededEvidence } from './decide.ts';
import { evaluate, LEAST_HOURS } from './evaluate.ts';
import type { Answer, Question } from './question.ts';

/** A series and what is known of it. */
export interface Followed extends Question {
  readonly name: string;
  /** Where it must end: memory limit, pool size. Unit of the series; null: not known. */
  readonly limit: number | null;
}

/**
 * `suspect`: passes every gate, not yet for long enough. `growing`: rises, and a gate is closed. `insufficient`: too little was
 * seen, or what was seen leaves room for a growth that matters.
 */
export type TrendVerdict = 'insufficient' | 'stable' | 'growing' | 'suspect' | 'leak' | 'drift' | 'not_separable';

/** What is said of a series at one hour. */
export interface Finding {
  readonly name: string;
  readonly kind: 'growth' | 'drift';
  readonly verdict: TrendVerdict;
  /** Percent of the level without the growth; 95 %. */
  readonly growthPercentPer24h: { readonly estimate: number; readonly low: number; readonly high: number } | null;
  /** Unit of the series; null for drift and where no load is known. */
  readonly growthPer1000Requests: number | null;
  readonly onsetHour: number | null;
  /** When the limit is reached; `high` is null where the growth may as well be none. */
  readonly exhaustion: { readonly hour: number; readonly low: number; readonly high: number | null } | null;
  /** The smallest growth whose evidence would suffice by now; other gates may still ask for more hours. */
  readonly detectablePercentPer24h: number | null;
  readonly answer: Answer | null;
}

/** Hours in a row for which a growth must pass every gate to be called. */
const HOURS_IN_A_ROW = 4;
/** A growth that was called stays called while it is growth, for at most so long without passing again. */
const LATCH_HOURS = 18;
/** Growth that fits better than anything else, if not by enough to be called, is not passed over in silence. */
const LIKELY = 2;
/** Gates behind which a growth is not worth a word. */
const DISSUADING: readonly Gate[] = ['size', 'lasting', 'staircase'];
/** What still fills at such a pace when the run ends may as well leak: a share of the level. */
const FILLING_PER_DAY = 0.05;
/** Nobody calls a series stable that may grow by so much a day. */
const HIDDEN_PERCENT = 20;
/** 80 % power. */
const POWER_Z = 0.84;
/** The level that growth is divided by is itself fitted. */
const LEVEL_ERROR = 0.045;

/**
 * One series through the hours of its run. Answers are kept, so that asking hour by hour costs one evaluation an hour, and asking
 * once costs those that the answer depends on; both give the same.
 */
export class Trend {
  readonly followed: Followed;
  readonly #series: number;
  readonly #answers = new Map<number, Answer | null>();
  /** An hour is looked back at from many later ones. */
  readonly #gates = new WeakMap<Answer, readonly Gate[]>();

  /** `series`: how many are followed in the run, this one included. */
  constructor(followed: Followed, series: number) {
    this.followed = followed;
    this.#series = series;
  }

  /** The finding at an hour of the run, whole or not, from what came before it. */
  at(hour: number): Finding {
    const { followed } = this;
    const answer = this.answerAt(hour);
    const gates = answer === null ? [] : this.#gatesOf(answer);
    const isCalled = answer !== null && this.#isCalled(hour);
    const rate = answer === null ? null : percentPer24h(answer, followed.kind);
    const verdict = verdictOf(answer, rate, gates, isCalled, followed, this.#series);
    return {
      name: followed.name,
      kind: followed.kind,
      verdict,
      growthPercentPer24h: rate,
      growthPer1000Requests: answer === null || followed.kind === 'drift' ? null : per1000Requests(answer),
      onsetHour:
        verdict === 'leak' || verdict === 'drift' || verdict === 'suspect' ? (answer?.onsetHour ?? null) : null,
      exhaustion: answer === null || !isCalled ? null : exhaustionOf(answer, followed, hour),
      detectablePercentPer24h:
        answer === null ? null : detectable(answer, followed.kind, this.#series, isCalled ? rate : null),
      answer,
    };
  }

  /** First whole hour up to `untilHour` at which it was called; null: never. */
  firstCalledHour(untilHour: number): number | null {
    for (let hour = LEAST_HOURS; hour <= untilHour; hour++) if (this.#isCalled(hour)) return hour;
    return null;
  }

  /** What the series did up to an hour, which is asked for once; null while there is too little. */
  answerAt(hour: number): Answer | null {
    const known = this.#answers.get(hour);
    if (known !== undefined) return known;
    const made = evaluate(this.followed, hour);
    this.#answers.set(hour, made);
    return made;
  }

  #gatesOf(answer: Answer): readonly Gate[] {
    const known = this.#gates.get(answer) ?? closedGates(answer, this.followed, this.#series);
    this.#gates.set(answer, known);
    return known;
  }

  /** Passed for some whole hours in a row, at some time not long ago, and is growth since, the instant itself included. */
  #isCalled(hour: number): boolean {
    if (!this.#holds(hour)) return false;
    let inARow = 0;
    // Whole hours only, at which everybody asks: an instant between two of them counts for none.
    for (let back = 0; back < LATCH_HOURS + HOURS_IN_A_ROW; back++) {
      const at = Math.floor(hour) - back;
      if (!this.#holds(at)) return false;
      const answer = this.answerAt(at);
      inARow = answer !== null && this.#gatesOf(answer).length === 0 ? inARow + 1 : 0;
      if (inARow >= HOURS_IN_A_ROW) return true;
    }
    return false;
  }

  /** Growth, with half of what a call needs, and nothing that contradicts it. */
  #holds(hour: number): boolean {
    const answer = hour < LEAST_HOURS ? null : this.answerAt(hour);
    if (answer === null || answer.finding !== 'growth') return false;
    if (answer.evidence < evidenceNeeded(answer, this.followed, this.#series) / 2) return false;
    return !this.#gatesOf(answer).some((gate) => CONTRADICTING.includes(gate));
  }
}

function verdictOf(
  answer: Answer | null,
  rate: Finding['growthPercentPer24h'],
  gates: readonly Gate[],
  isCalled: boolean,
  followed: Followed,
  series: number,
): TrendVerdict {
  if (answer === null) return 'insufficient';
  if (isCalled) return followed.kind === 'drift' ? 'drift' : 'leak';
  if (answer.finding === 'constant') return 'stable';
  if (gates.length === 0 && answer.finding === 'growth') return 'suspect';
  const isClear = answer.finding === 'growth' && answer.evidence >= evidenceNeeded(answer, followed, series);
  if (isClear && gates.includes('separable')) return 'not_separable';
  if (answer.finding === 'growth' && gates.includes('staircase')) return 'stable';
  const isLikely = answer.finding === 'growth' && answer.evidence >= LIKELY;
  if (isLikely && !gates.some((gate) => DISSUADING.includes(gate))) return 'growing';
  if (answer.finding !== 'growth' && answer.fillingPerDay > FILLING_PER_DAY) return 'growing';
  return rate !== null && rate.high > HIDDEN_PERCENT ? 'insufficient' : 'stable';
}

function percentPer24h(answer: Answer, kind: 'growth' | 'drift'): Finding['growthPercentPer24h'] {
  const { ratePerHour, rateError, degrees } = answer;
  if (answer.finding === 'constant') return { estimate: 0, low: 0, high: 0 };
  // The load leaves nothing to tell growth by, and that is not to know that there is none.
  if (rateError === 0) return null;
  const half = Math.hypot(
    studentQuantile(0.975, degrees) * rateError,
    kind === 'drift' ? 0 : 2 * LEVEL_ERROR * ratePerHour,
  );
  const percent = (rate: number): number => percentOf(rate, answer, kind);
  return { estimate: percent(ratePerHour), low: percent(ratePerHour - half), high: percent(ratePerHour + half) };
}

/**
 * Latency is followed by its logarithm, and said in shares of where it began, as growth is: what it became over the hours of
 * its growth, by the day, so that a straight rise and a bent one that end alike are called alike.
 */
function percentOf(ratePerHour: number, { spanHours, onsetHour }: Answer, kind: 'growth' | 'drift'): number {
  if (kind === 'growth') return 100 * 24 * ratePerHour;
  const grownHours = spanHours - onsetHour;
  return (100 * Math.expm1(ratePerHour * grownHours) * 24) / grownHours;
}

const per1000Requests = ({ ratePerHour, level, requestsPerHour }: Answer): number | null =>
  requestsPerHour === null || requestsPerHour === 0 ? null : (1000 * ratePerHour * level) / requestsPerHour;

/** What was `called` could be seen, however lucky that was. */
function detectable(
  answer: Answer,
  kind: 'growth' | 'drift',
  series: number,
  called: Finding['growthPercentPer24h'],
): number | null {
  const { soloError, spanHours } = answer;
  if (soloError === null) return null;
  const least = percentOf((Math.sqrt(neededEvidence(series, spanHours)) + POWER_Z) * soloError, answer, kind);
  return Math.min(least, called?.estimate ?? least);
}

/** The daily peaks reach the limit when the growth adds what is left above them. */
function exhaustionOf(answer: Answer, { limit, readings, kind }: Followed, hour: number): Finding['exhaustion'] {
  const rate = percentPer24h(answer, kind);
  if (limit === null || kind === 'drift' || rate === null || !(rate.estimate > 0)) return null;
  const perHour = (percent: number): number => (percent * answer.level) / 100 / 24;
  const from = firstFrom(readings.hours, hour - 24);
  const until = firstFrom(readings.hours, hour);
  // What was read earlier in the day would be higher by now.
  const lastDay = readings.values
    .subarray(from, until)
    .map((value, at) => value + perHour(rate.estimate) * (hour - (readings.hours[from + at] ?? hour)));
  const left = limit - quantileOf(lastDay, 0.99);
  if (!Number.isFinite(left)) return null;
  const after = (percent: number): number => hour + Math.max(0, left) / perHour(percent);
  return { hour: after(rate.estimate), low: after(rate.high), high: rate.low > 0 ? after(rate.low) : null };
}
