/** What the harness asks of a detector, the product's and the others' alike. */
import type { Trace } from './trace.ts';

export interface Growth {
  estimate: number;
  low: number;
  high: number;
}

export interface SeriesJudgement {
  name: string;
  /**
   * The first whole hour of the run at which it said leak or drift, knowing only readings before that hour; null: never.
   * What is asked oftener may say an hour with a fraction.
   */
  firstCalledHour: number | null;
  /** It says leak or drift when the run is over. */
  calledAtEnd: boolean;
  /** Growth in 24 h in percent of the level without the fault, with a 95 % interval; null: it gives none. */
  percentPer24h: Growth | null;
}

export interface SeriesChangePoints {
  name: string;
  /** Hours of the run at which the level changed. */
  hours: number[];
}

export interface Detector {
  name: string;
  /** One judgement a series, in their order. It sees the whole trace, but must not use the truth in it. */
  judge(trace: Trace): SeriesJudgement[];
  changePoints?(trace: Trace): SeriesChangePoints[];
}

/** Below eight hours nobody's method knows warm-up from growth: the baselines are spared the question, as the prototypes are. */
export const ASKED_FROM_HOUR = 8;

/** Asks at every whole hour what could be said then; the first yes counts, and the last answer. */
export function askedEveryHour(
  lengthHours: number,
  callsAt: (hour: number) => boolean,
): Pick<SeriesJudgement, 'firstCalledHour' | 'calledAtEnd'> {
  let firstCalledHour: number | null = null;
  let calledAtEnd = false;
  for (let hour = ASKED_FROM_HOUR; hour <= Math.floor(lengthHours + 1e-9); hour += 1) {
    calledAtEnd = callsAt(hour);
    if (calledAtEnd) firstCalledHour ??= hour;
  }
  return { firstCalledHour, calledAtEnd };
}
