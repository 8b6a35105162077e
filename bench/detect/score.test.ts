import { describe, expect, it } from 'vitest';
import { clopperPearson } from './bounds.ts';
import type { SeriesJudgement } from './detector.ts';
import { chosenDetectors } from './detectors.ts';
import type { Outcome } from './play.ts';
import { play } from './play.ts';
import { byFamily, scoreOf } from './score.ts';
import { shareText, tableOf } from './table.ts';
import { type Task, tasksOf } from './tasks.ts';
import { playOnThreads } from './threads.ts';
import type { Truth } from './trace.ts';

const healthy: Truth = { faulty: false, percentPer24h: 0, totalPercent: null, onsetHour: 0, level: 1 };
const leak: Truth = { ...healthy, faulty: true, percentPer24h: 10, onsetHour: 6 };
const silent: SeriesJudgement = { name: 'a', firstCalledHour: null, calledAtEnd: false, percentPer24h: null };
const growth = { estimate: 11, low: 9, high: 13 };
const task: Task = { set: 'tuning', fault: 'none', family: 'x', seed: 1, percent: 0, lengthHours: 72, evidence: false };

describe('bounds of a rate', () => {
  it('are those of Clopper and Pearson', () => {
    expect(clopperPearson({ hits: 0, of: 1200 }).high).toBeCloseTo(1 - 0.025 ** (1 / 1200), 9);
    const half = clopperPearson({ hits: 5, of: 10 });
    expect(half.low).toBeCloseTo(0.1871, 4);
    expect(half.high).toBeCloseTo(0.8129, 4);
    expect(clopperPearson({ hits: 10, of: 10 }).high).toBe(1);
  });

  it('stand beside each share', () => {
    expect(shareText({ hits: 1, of: 4 })).toBe('25.0 % (1/4; 0.6–80.6)');
    expect(shareText({ hits: 0, of: 0 })).toBe('–');
  });
});

describe('the score', () => {
  it('counts a clean run once, however many of its series alarm', () => {
    const passing = { ...silent, firstCalledHour: 30 };
    const score = scoreOf('d', [
      outcome(task, [healthy, healthy], [passing, passing]),
      outcome(task, [healthy, healthy], [silent, { ...passing, calledAtEnd: true }]),
      outcome(task, [healthy, healthy], [silent, silent]),
    ]);
    expect(score.clean.anyAlarm).toEqual({ hits: 2, of: 3 });
    expect(score.clean.wrongAtEnd).toEqual({ hits: 1, of: 3 });
  });

  it('counts a delay from the onset, and one that never calls as infinite', () => {
    const run = { ...task, fault: 'leak' as const, percent: 10 };
    const called = { ...silent, firstCalledHour: 26, calledAtEnd: true, percentPer24h: growth };
    const score = scoreOf('d', [
      outcome(run, [leak, healthy], [called, silent]),
      outcome(run, [leak, healthy], [called, called]),
    ]);
    const ten = score.leaks.find(({ percent }) => percent === 10);
    expect(ten).toEqual({ percent: 10, atEnd: { hits: 2, of: 2 }, medianDelayHours: 20, early: 0 });
    expect(score.healthyBeside).toEqual({ hits: 1, of: 2 });
    expect(score.medianSlopeError).toBeCloseTo(0.1, 9);
    expect(score.coverageOfCalled).toEqual({ hits: 2, of: 2 });
    const missed = scoreOf('d', [outcome(run, [leak], [silent])]);
    expect(missed.leaks.find(({ percent }) => percent === 10)?.medianDelayHours).toBe(Number.POSITIVE_INFINITY);
  });

  it('keeps runs of a day with evidence apart', () => {
    const day = { ...task, evidence: true, lengthHours: 24 };
    const score = scoreOf('d', [outcome(day, [healthy], [{ ...silent, calledAtEnd: true }])]);
    expect(score.clean.anyAlarm.of).toBe(0);
    expect(score.day.cleanWrongAtEnd).toEqual({ hits: 1, of: 1 });
    expect(tableOf(new Map([['d', score]]))).toContain('100.0 % (1/1; 2.5–100.0)');
  });

  it('says by family where alarms and misses are', () => {
    const rows = byFamily('d', [outcome(task, [healthy], [{ ...silent, firstCalledHour: 9 }])]);
    expect(rows).toEqual([{ family: 'x', what: 'any alarm, 72 h', rate: { hits: 1, of: 1 } }]);
  });
});

describe('the tasks of a benchmark', () => {
  it('share the affected runs by the faults, and turn through all families', () => {
    const tasks = tasksOf('sealed', { clean: 28, faulty: 110, seed: 1 });
    expect(tasks.filter(({ fault, evidence }) => fault === 'none' && !evidence).length).toBe(28);
    expect(tasks.filter(({ percent, fault, evidence }) => fault === 'leak' && percent === 5 && !evidence).length).toBe(
      11,
    );
    expect(new Set(tasks.filter(({ fault }) => fault === 'none').map(({ family }) => family)).size).toBe(14);
    expect(new Set(tasks.filter(({ fault }) => fault === 'leak').map(({ family }) => family)).size).toBe(11);
  });

  it('never use a seed twice, nor one of the other set', () => {
    const seeds = (['tuning', 'sealed'] as const)
      .flatMap((set) => tasksOf(set, { clean: 50, faulty: 50, seed: 2 }))
      .map(({ seed }) => seed);
    expect(new Set(seeds).size).toBe(seeds.length);
  });

  it('have the same outcomes on threads as alone', async () => {
    const tasks = tasksOf('tuning', { clean: 2, faulty: 2, seed: 3 }).slice(0, 4);
    const alone = tasks.map((one) => play(one, []));
    const orders = { detectors: ['growth'], prototypes: null, jobs: 2, progress: () => {} };
    const detectors = await chosenDetectors(['growth'], null);
    const threaded = await playOnThreads(tasks, orders);
    expect(threaded.map(({ task: one }) => one)).toEqual(alone.map(({ task: one }) => one));
    expect(threaded.map(({ truths }) => truths)).toEqual(alone.map(({ truths }) => truths));
    expect(threaded.map(({ judgements }) => judgements)).toEqual(tasks.map((one) => play(one, detectors).judgements));
  });
});

function outcome(of: Task, truths: Truth[], judgements: SeriesJudgement[]): Outcome {
  return { task: of, truths, judgements: { d: judgements }, cpuMs: { d: 1 } };
}
