/** From outcomes to the figures of the table; pure. */
import type { Rate } from './bounds.ts';
import type { SeriesJudgement } from './detector.ts';
import type { Outcome } from './play.ts';
import { DRIFT_PERCENT, EVIDENCE_LEAK_PERCENT, LEAK_PERCENT } from './tasks.ts';
import type { Truth } from './trace.ts';

export interface Recall {
  percent: number;
  atEnd: Rate;
  /** Median over all runs of the hours from the onset to the first call; infinite when fewer than half were called. */
  medianDelayHours: number;
  /** Called before the fault began. */
  early: number;
}

export interface Score {
  clean: { anyAlarm: Rate; wrongAtEnd: Rate; driftAlarm: Rate };
  leaks: Recall[];
  drifts: Recall[];
  /** Of the leaks called at the end: how far the estimated growth is off, as a share of the true one. */
  medianSlopeError: number;
  coverageOfCalled: Rate;
  /** Of all leaks for which an interval was given, called or not. */
  coverageOfAll: Rate;
  /** Healthy series of affected runs that were called at the end. */
  healthyBeside: Rate;
  day: { cleanAnyAlarm: Rate; cleanWrongAtEnd: Rate; leaks: Recall[] };
  /** Mean CPU time for one run with all its series, asked at every hour. */
  meanCpuMs: number;
}

export function scoreOf(detector: string, outcomes: readonly Outcome[]): Score {
  const runs = outcomes.map((outcome) => runOf(detector, outcome));
  const long = runs.filter(({ task }) => !task.evidence);
  const day = runs.filter(({ task }) => task.evidence);
  const clean = long.filter(({ task }) => task.fault === 'none');
  const leaks = long.filter(({ task }) => task.fault === 'leak');
  const drifts = long.filter(({ task }) => task.fault === 'drift');
  const dayLeaks = day.filter(({ task }) => task.fault === 'leak');
  const called = leaks.flatMap(({ faulty }) => faulty.filter(({ said }) => said.calledAtEnd));
  return {
    clean: {
      anyAlarm: rate(clean, ({ healthy }) => healthy.some(everCalled)),
      wrongAtEnd: rate(clean, ({ healthy }) => healthy.some(({ said }) => said.calledAtEnd)),
      driftAlarm: rate(clean, ({ healthy }) =>
        healthy.some((series) => series.truth.totalPercent !== null && everCalled(series)),
      ),
    },
    leaks: LEAK_PERCENT.map((percent) => recall(leaks, percent)),
    drifts: DRIFT_PERCENT.map((percent) => recall(drifts, percent)),
    medianSlopeError: median(called.flatMap(slopeError)),
    coverageOfCalled: coverage(called),
    coverageOfAll: coverage(leaks.flatMap(({ faulty }) => faulty)),
    healthyBeside: rate(
      [...leaks, ...drifts].flatMap(({ healthy }) => healthy),
      ({ said }) => said.calledAtEnd,
    ),
    day: {
      cleanAnyAlarm: rate(
        day.filter(({ task }) => task.fault === 'none'),
        ({ healthy }) => healthy.some(everCalled),
      ),
      cleanWrongAtEnd: rate(
        day.filter(({ task }) => task.fault === 'none'),
        ({ healthy }) => healthy.some(({ said }) => said.calledAtEnd),
      ),
      leaks: EVIDENCE_LEAK_PERCENT.map((percent) => recall(dayLeaks, percent)),
    },
    meanCpuMs: mean(outcomes.map((outcome) => outcome.cpuMs[detector] ?? 0)),
  };
}

interface Judged {
  truth: Truth;
  said: SeriesJudgement;
}

interface Run extends Pick<Outcome, 'task'> {
  faulty: Judged[];
  healthy: Judged[];
}

function runOf(detector: string, { task, truths, judgements }: Outcome): Run {
  const judged = truths.flatMap((truth, index) => {
    const said = judgements[detector]?.[index];
    return said === undefined ? [] : [{ truth, said }];
  });
  return {
    task,
    faulty: judged.filter(({ truth }) => truth.faulty),
    healthy: judged.filter(({ truth }) => !truth.faulty),
  };
}

function recall(runs: readonly Run[], percent: number): Recall {
  const these = runs.filter(({ task }) => task.percent === percent);
  const delays = these.map(({ faulty }) =>
    faulty.reduce(
      (least, { said, truth }) => Math.min(least, (said.firstCalledHour ?? Number.POSITIVE_INFINITY) - truth.onsetHour),
      Number.POSITIVE_INFINITY,
    ),
  );
  return {
    percent,
    atEnd: rate(these, ({ faulty }) => faulty.some(({ said }) => said.calledAtEnd)),
    medianDelayHours: median(delays),
    early: delays.filter((delay) => delay < 0).length,
  };
}

function slopeError({ truth, said }: Judged): number[] {
  if (said.percentPer24h === null) return [];
  return [Math.abs(said.percentPer24h.estimate - truth.percentPer24h) / truth.percentPer24h];
}

function coverage(judged: readonly Judged[]): Rate {
  return rate(
    judged.filter(({ said }) => said.percentPer24h !== null),
    ({ truth, said }) => {
      const growth = said.percentPer24h;
      return growth !== null && growth.low <= truth.percentPer24h && truth.percentPer24h <= growth.high;
    },
  );
}

function everCalled({ said }: Judged): boolean {
  return said.firstCalledHour !== null || said.calledAtEnd;
}

function rate<T>(tried: readonly T[], hit: (one: T) => boolean): Rate {
  return { hits: tried.filter(hit).length, of: tried.length };
}

/** NaN of nothing. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) return Number.NaN;
  return low === high ? low : (low + high) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Alarms or calls by family: where a detector is weak. */
export function byFamily(
  detector: string,
  outcomes: readonly Outcome[],
): { family: string; what: string; rate: Rate }[] {
  const groups = Map.groupBy(outcomes, ({ task }) => JSON.stringify([task.family, whatOf(task)]));
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const runs = group.map((outcome) => runOf(detector, outcome));
    const { family, fault } = first.task;
    const hits =
      fault === 'none'
        ? rate(runs, ({ healthy }) => healthy.some(everCalled))
        : rate(runs, ({ faulty }) => faulty.some(({ said }) => said.calledAtEnd));
    return [{ family, what: whatOf(first.task), rate: hits }];
  });
}

function whatOf({ fault, percent, lengthHours, evidence }: Outcome['task']): string {
  const length = `${lengthHours} h${evidence ? ' with evidence' : ''}`;
  if (fault === 'none') return `any alarm, ${length}`;
  return `recall at ${percent} %${fault === 'leak' ? ' a day' : ''}, ${length}`;
}
