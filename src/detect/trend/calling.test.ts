import { describe, expect, it } from 'vitest';
import { nothing } from './answer.ts';
import { evidenceNeeded, neededEvidence } from './decide.ts';
import { type Followed, Trend, type TrendVerdict } from './finding.ts';
import type { Answer } from './question.ts';

const LEVEL = 4e8;
const memory: Followed = {
  name: 'rss_bytes',
  kind: 'growth',
  readings: { hours: new Float64Array(0), values: new Float64Array(0) },
  load: { hours: new Float64Array(0), values: new Float64Array(0) },
  restarts: [],
  collected: false,
  leftOut: [],
  limit: null,
};

/** A growth of 30 % a day that passes every gate at hour 40 and after. */
const growth = (hour: number): Answer => ({
  ...nothing(hour, LEVEL),
  finding: 'growth',
  evidence: 10 * neededEvidence(1, hour),
  ratePerHour: 0.3 / 24,
  rateError: 0.0001,
  degrees: 20,
  grown: (0.3 * hour) / 24,
  noiseSpread: 0.001,
  secondHalf: { share: 1, z: 20 },
});

/** A trend whose answers are given, hour by hour. */
class Told extends Trend {
  readonly #answer: (hour: number) => Answer | null;

  constructor(answer: (hour: number) => Answer | null, followed = memory) {
    super(followed, 1);
    this.#answer = answer;
  }

  override answerAt(hour: number): Answer | null {
    return this.#answer(hour);
  }
}

const verdictAt = (hour: number, answer: (hour: number) => Answer | null, followed = memory): TrendVerdict =>
  new Told(answer, followed).at(hour).verdict;

/** Passes every gate in these hours, and at all others what `other` changes of it. */
const passingIn = (from: number, to: number, other: Partial<Answer>) => (hour: number) => ({
  ...growth(hour),
  ...(hour >= from && hour <= to ? {} : other),
});

const UNSURE: Partial<Answer> = { rateError: 1 };

describe('a growth is called', () => {
  it('when it has passed every gate for four hours in a row, and is suspected before', () => {
    const since = passingIn(50, 999, UNSURE);
    expect([49, 50, 52, 53, 54].map((hour) => verdictAt(hour, since))).toEqual([
      'growing',
      'suspect',
      'suspect',
      'leak',
      'leak',
    ]);
    expect(new Told(since).firstCalledHour(72)).toBe(53);
    expect(new Told(since).firstCalledHour(52)).toBeNull();
    expect(verdictAt(53, since, { ...memory, kind: 'drift' })).toBe('drift');
  });

  it('at no instant between two hours that neither of them calls', () => {
    const since = passingIn(50, 999, UNSURE);
    expect([52.3, 52.99, 53.5].map((hour) => verdictAt(hour, since))).toEqual(['suspect', 'suspect', 'leak']);
    expect(verdictAt(53.5, passingIn(50, 53, { finding: 'explained', ratePerHour: 0 }))).toBe('stable');
  });

  it('not by four hours with a gap between them', () => {
    const gap = (hour: number) => ({ ...growth(hour), ...(hour === 51 || hour < 49 ? UNSURE : {}) });
    expect([52, 54].map((hour) => verdictAt(hour, gap))).toEqual(['suspect', 'suspect']);
    expect(verdictAt(55, gap)).toBe('leak');
  });

  it('and stays so for eighteen hours without passing again, while it is growth', () => {
    const once = passingIn(50, 53, UNSURE);
    expect([60, 71, 72].map((hour) => verdictAt(hour, once))).toEqual(['leak', 'leak', 'growing']);
  });

  it('and no longer when it is no growth, nor worth half of the evidence', () => {
    const ended = (other: Partial<Answer>) => verdictAt(55, passingIn(50, 53, other));
    const needed = evidenceNeeded(growth(54), memory, 1);
    expect(ended({ finding: 'explained', ratePerHour: 0 })).toBe('stable');
    expect(ended({ evidence: 0.49 * needed })).toBe('growing');
    expect(ended({ evidence: 0.52 * needed })).toBe('leak');
  });

  it('and no longer when a gate contradicts it: something else was seen', () => {
    const pool = { staircase: { rises: 3, sinceHours: 40 }, ratePerHour: 0.001 };
    expect(verdictAt(54, passingIn(50, 53, pool))).toBe('stable');
    expect(verdictAt(54, passingIn(50, 53, { ratePerHour: 0.001 }))).toBe('leak');
    expect(verdictAt(54, passingIn(50, 53, UNSURE))).toBe('leak');
  });
});

describe('what is not called', () => {
  const at72 = (answer: Partial<Answer>, followed = memory) =>
    verdictAt(72, (hour) => ({ ...growth(hour), ...answer }), followed);

  it('grows when growth is the likelier by odds of e to 1', () => {
    expect(at72({ evidence: 2 })).toBe('growing');
    expect(at72({ evidence: 1.99 })).toBe('insufficient');
    expect(at72({ evidence: 1.99, ratePerHour: 0.001 })).toBe('stable');
  });

  it('is not worth a word when it is small, ended, or a pool that kept what a peak needed', () => {
    const small = { ratePerHour: 0.001 };
    expect(at72({ ...small, grown: 0.001 })).toBe('stable');
    expect(at72({ ...small, secondHalf: { share: 0, z: 0 } })).toBe('stable');
    expect(at72({ ...small, staircase: { rises: 3, sinceHours: 40 } })).toBe('stable');
    expect(at72({ ...small, rateError: 0.0008 })).toBe('growing');
  });

  it('is not separable when only the load stands in its way', () => {
    expect(at72({ separateShare: 0 })).toBe('not_separable');
    expect(at72({ separateShare: 0, evidence: 3 })).toBe('growing');
  });

  it('is stable only when no more than 20 % a day may hide', () => {
    const hidden = (percentPer24h: number): Partial<Answer> => ({
      finding: 'nothing',
      ratePerHour: percentPer24h / 2400,
    });
    expect(at72(hidden(18))).toBe('stable');
    expect(at72(hidden(21))).toBe('insufficient');
    expect(at72({ ...hidden(0), rateError: 0.005 })).toBe('insufficient');
    expect(at72({ ...hidden(0), finding: 'constant', rateError: 0.005 })).toBe('stable');
    expect(verdictAt(72, () => null)).toBe('insufficient');
  });
});
