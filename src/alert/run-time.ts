/** What alerts must know of the plan and the profile of a run; handed in, so that the rules stay a function of rows. */
export interface RunTime {
  /** All of the stretch is judged: after the warm-up, not excluded, not paused, within the plan. */
  isJudged(fromMs: number, untilMs: number): boolean;
  /** Planned requests a minute. */
  plannedPerMinute(atMs: number): number;
  /** Planned requests in a stretch. */
  plannedBetween(fromMs: number, untilMs: number): number;
  /** Profile time since the start, hours. */
  hourOfRun(atMs: number): number;
  startMs: number;
  endMs: number;
  /** Hours of the profile pass in seconds: what is said of growth in an hour means nothing. */
  rehearsal: boolean;
  timeoutMs: number;
  /** Between two samples of a series, real time. */
  sampleIntervalMs: number;
  /** Where the minutes begin into which durations are merged. */
  minutesOriginMs: number;
}

/** Asks whatever is in force when it is asked: an action of an operator makes another plan. */
export function delegated(time: () => RunTime): RunTime {
  return {
    isJudged: (fromMs, untilMs) => time().isJudged(fromMs, untilMs),
    plannedPerMinute: (atMs) => time().plannedPerMinute(atMs),
    plannedBetween: (fromMs, untilMs) => time().plannedBetween(fromMs, untilMs),
    hourOfRun: (atMs) => time().hourOfRun(atMs),
    get startMs() {
      return time().startMs;
    },
    get endMs() {
      return time().endMs;
    },
    get rehearsal() {
      return time().rehearsal;
    },
    get timeoutMs() {
      return time().timeoutMs;
    },
    get sampleIntervalMs() {
      return time().sampleIntervalMs;
    },
    get minutesOriginMs() {
      return time().minutesOriginMs;
    },
  };
}
