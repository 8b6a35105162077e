/** Plays tasks: makes each trace, asks every detector, and keeps what is needed to score. */
import type { Detector, SeriesJudgement } from './detector.ts';
import { type Task, traceOf } from './tasks.ts';
import type { Trace, Truth } from './trace.ts';

export interface Outcome {
  task: Task;
  truths: Truth[];
  /** By the detector's name: one judgement a series, in the order of the truths. */
  judgements: Record<string, SeriesJudgement[]>;
  /** By the detector's name: milliseconds of CPU for the whole run, asked at every hour. */
  cpuMs: Record<string, number>;
}

export function play(task: Task, detectors: readonly Detector[]): Outcome {
  const trace = traceOf(task);
  const outcome: Outcome = { task, truths: trace.series.map(({ truth }) => truth), judgements: {}, cpuMs: {} };
  for (const detector of detectors) {
    const shown = withoutTruth(trace);
    const before = process.threadCpuUsage();
    const judgements = detector.judge(shown);
    const { user, system } = process.threadCpuUsage(before);
    outcome.cpuMs[detector.name] = (user + system) / 1000;
    if (judgements.length !== trace.series.length) {
      throw new Error(
        `${detector.name} judged ${judgements.length} of ${trace.series.length} series (${task.family}, seed ${task.seed})`,
      );
    }
    outcome.judgements[detector.name] = judgements;
  }
  return outcome;
}

/** What a detector is shown: no name of a family, no truth, and arrays of its own. */
function withoutTruth(trace: Trace): Trace {
  const hidden: Truth = { faulty: false, percentPer24h: 0, totalPercent: null, onsetHour: 0, level: Number.NaN };
  return {
    ...trace,
    family: '',
    seed: 0,
    hours: trace.hours.slice(),
    loadRpm: trace.loadRpm?.slice() ?? null,
    series: trace.series.map((series) => ({ ...series, values: series.values.slice(), truth: hidden })),
  };
}
