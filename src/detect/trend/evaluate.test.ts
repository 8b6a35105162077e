import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../base/random.ts';
import { generate } from '../vectors.ts';
import { closedGates } from './decide.ts';
import { evaluate } from './evaluate.ts';
import type { Question } from './question.ts';

const MINUTES = 72 * 60;

/** Normal noise by Box and Muller. */
function normals(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(random() + 1e-300)) * Math.cos(2 * Math.PI * random());
}

interface Made {
  seed?: number;
  /** Share of the level a day. */
  leakPerDay?: number;
  byRequests?: boolean;
  extra?: (hour: number, load: number) => number;
}

/** A service of 200 MB under a load that follows the day; a reading a minute. */
function service({ seed = 1, leakPerDay = 0, byRequests = false, extra = () => 0 }: Made): Question {
  const normal = normals(seed);
  const hours = generate(MINUTES, (minute) => minute / 60);
  const load = hours.map((hour) => 300 * (1 - 0.6 * Math.cos((2 * Math.PI * hour) / 24)));
  let slow = 0;
  let served = 0;
  const values = hours.map((hour, minute) => {
    const relative = (load[minute] ?? 0) / 300;
    slow = 0.97 * slow + 0.24 * normal();
    served += relative / 60;
    const leaked = (leakPerDay / 24) * (byRequests ? served : hour);
    return 200e6 * (1 + leaked + 0.08 * relative + 0.003 * slow + 0.003 * normal() + extra(hour, relative));
  });
  return {
    kind: 'growth',
    readings: { hours, values },
    load: { hours, values: load },
    restarts: [],
    collected: false,
    leftOut: [],
  };
}

const asked = (question: Question, hour = 72): NonNullable<ReturnType<typeof evaluate>> => {
  const answer = evaluate(question, hour);
  if (answer === null) throw new Error('no answer');
  return answer;
};

describe('growth by competing explanations', () => {
  it.each([false, true])('measures a leak (by requests: %s)', (byRequests) => {
    const answer = asked(service({ leakPerDay: 0.1, byRequests }));
    expect(answer.finding).toBe('growth');
    expect(answer.evidence).toBeGreaterThan(20);
    expect(Math.abs(24 * answer.ratePerHour - 0.1 / 1.08)).toBeLessThan(0.01);
    expect(answer.clock).toBe(byRequests ? 'requests' : 'time');
  });

  it('calls nothing growth where nothing grows', () => {
    const answer = asked(service({}));
    expect(answer.finding).not.toBe('growth');
    expect(Math.abs(24 * answer.ratePerHour)).toBeLessThan(0.01);
  });

  it.each([
    ['a cache that fills', (hour: number) => 0.3 * -Math.expm1(-hour / 9)],
    ['a deploy that needs more', (hour: number) => (hour > 40 ? 0.12 : 0)],
    ['a nightly job', (hour: number) => (hour % 24 > 2 && hour % 24 < 4 ? 0.3 : 0)],
    ['a load that memory remembers', (_: number, load: number) => 0.4 * load],
  ])('explains %s without growth', (_, extra) => {
    expect(asked(service({ extra })).finding).not.toBe('growth');
  });

  it('dates a step and gives its size', () => {
    const [step, ...others] = asked(service({ extra: (hour) => (hour >= 40 ? 0.12 : 0) })).steps;
    expect(others).toEqual([]);
    expect(step?.hour).toBeCloseTo(40, 0);
    expect((step?.size ?? 0) / 200e6).toBeCloseTo(0.12, 1);
  });

  it('sees nothing of what comes after the hour it is asked for', () => {
    const whole = service({ leakPerDay: 0.05 });
    const cut = 40 * 60;
    const before: Question = {
      ...whole,
      readings: { hours: whole.readings.hours.subarray(0, cut), values: whole.readings.values.subarray(0, cut) },
    };
    expect(evaluate(whole, 40)).toEqual(evaluate(before, 40));
  });

  it('does not depend on the unit', () => {
    const question = service({ leakPerDay: 0.05 });
    const inKib: Question = {
      ...question,
      readings: { ...question.readings, values: question.readings.values.map((value) => value / 1024) },
    };
    const a = asked(question);
    const b = asked(inKib);
    expect(b.ratePerHour).toBeCloseTo(a.ratePerHour, 9);
    expect(b.evidence).toBeCloseTo(a.evidence, 6);
    expect(b.level * 1024).toBeCloseTo(a.level, -1);
  });

  it('does not depend on the unit of the load', () => {
    const question = service({ leakPerDay: 0.05, byRequests: true });
    const doubled: Question = {
      ...question,
      load: question.load && { ...question.load, values: question.load.values.map((value) => value * 60) },
    };
    expect(asked(doubled).evidence).toBeCloseTo(asked(question).evidence, 6);
  });

  it('bridges a gap', () => {
    const question = service({ leakPerDay: 0.1 });
    const values = question.readings.values.map((value, minute) =>
      minute > 1500 && minute < 1900 ? Number.NaN : value,
    );
    const answer = asked({ ...question, readings: { ...question.readings, values } });
    expect(answer.finding).toBe('growth');
    expect(Math.abs(24 * answer.ratePerHour - 0.1 / 1.08)).toBeLessThan(0.01);
  });

  it('does not take the side of a load that grows along', () => {
    const question = service({ leakPerDay: 0.1 });
    const load = question.load && { ...question.load, values: question.readings.hours.map((hour) => 100 + 5 * hour) };
    const answer = asked({ ...question, load });
    expect(answer.finding).toBe('growth');
    expect(closedGates(answer, question, 1)).toContain('separable');
  });

  it('says that a constant is one', () => {
    const question = service({});
    const flat = { ...question, readings: { ...question.readings, values: question.readings.values.map(() => 7) } };
    expect(evaluate(flat, 72)?.finding).toBe('constant');
  });

  it('has no answer where there is too little', () => {
    const question = service({});
    expect(evaluate(question, 4)).toBeNull();
    const empty = {
      ...question,
      readings: { ...question.readings, values: question.readings.values.map(() => Number.NaN) },
    };
    expect(evaluate(empty, 72)).toBeNull();
  });
});

describe('a count of things', () => {
  const counted = (value: (hour: number) => number, own: Partial<Question> = {}): Question => {
    const hours = generate(24 * 60, (minute) => minute / 60);
    return {
      kind: 'growth',
      readings: { hours, values: hours.map(value) },
      load: null,
      restarts: [],
      collected: false,
      leftOut: [],
      ...own,
    };
  };
  const staircase = (question: Question) => asked(question, 24).staircase;

  it('waits for no collector, and is a staircase while it never falls', () => {
    const answer = asked(
      counted((hour) => 10 + Math.floor(hour / 3)),
      24,
    );
    expect(answer.collected).toBe(true);
    expect(answer.staircase?.rises).toBe(7);
    expect(answer.staircase?.sinceHours).toBeCloseTo(3, 0);
  });

  it('is none where it falls, unless the process began again', () => {
    const falls = (hour: number): number => 10 + Math.floor((hour < 12 ? hour : hour - 12) / 3);
    expect(staircase(counted(falls))).toBeNull();
    expect(staircase(counted(falls, { restarts: [12] }))?.rises).toBe(6);
  });

  it('does not rise by flickering', () => {
    const flickers = staircase(counted((hour) => 10 + (Math.round(hour * 60) % 9 === 0 ? 1 : 0) + (hour > 20 ? 2 : 0)));
    expect(flickers?.rises).toBe(1);
  });

  it('is not what is measured in parts, or large', () => {
    expect(staircase(counted((hour) => 10.5 + Math.floor(hour / 3)))).toBeNull();
    expect(staircase(counted((hour) => 2001 + Math.floor(hour / 3)))).toBeNull();
  });
});
