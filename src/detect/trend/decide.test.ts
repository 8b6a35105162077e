import { describe, expect, it } from 'vitest';
import { studentQuantile } from '../distributions.ts';
import { generate } from '../vectors.ts';
import { nothing } from './answer.ts';
import { CONTRADICTING, closedGates, evidenceNeeded, leastHours, neededEvidence } from './decide.ts';
import type { Answer, Question } from './question.ts';

const SPAN_HOURS = 72;
const hours = generate(SPAN_HOURS * 60, (minute) => minute / 60);
const resident: Question = {
  kind: 'growth',
  readings: { hours, values: hours.map(() => 1) },
  load: { hours, values: hours.map(() => 600) },
  restarts: [],
  collected: false,
  leftOut: [],
};
const collected: Question = { ...resident, collected: true };
const latency: Question = { ...resident, kind: 'drift' };
const withoutLoad: Question = { ...resident, load: null };

const LEVEL = 4e8;
/** A growth of 30 % a day that passes every gate. */
const clear: Answer = {
  ...nothing(SPAN_HOURS, LEVEL),
  finding: 'growth',
  evidence: 10 * neededEvidence(1, SPAN_HOURS),
  ratePerHour: 0.3 / 24,
  rateError: 0.001,
  degrees: 20,
  grown: 0.9,
  noiseSpread: 0.001,
  secondHalf: { share: 1, z: 20 },
};
const closed = (answer: Partial<Answer>, question = resident, series = 1) =>
  closedGates({ ...clear, ...answer }, question, series);

describe('the gates of a growth', () => {
  it('are all open where it is clear', () => {
    for (const question of [resident, collected, latency, withoutLoad]) expect(closed({}, question)).toEqual([]);
  });

  it('close where something else explains it as well', () => {
    expect(closed({ finding: 'explained' })).toEqual(['evidence']);
    expect(closed({ evidence: neededEvidence(1, SPAN_HOURS) - 0.01 })).toEqual(['evidence']);
    expect(closed({ evidence: neededEvidence(1, SPAN_HOURS) })).toEqual([]);
  });

  it('ask for more the more series and hours there are to be wrong in', () => {
    const evidence = neededEvidence(1, SPAN_HOURS);
    expect(closed({ evidence }, resident, 50)).toEqual(['evidence']);
    expect(neededEvidence(50, 72)).toBeGreaterThan(neededEvidence(10, 72));
    expect(neededEvidence(1, 72)).toBeGreaterThan(neededEvidence(1, 24));
    // No series at all is one.
    expect(neededEvidence(0, 24)).toBe(neededEvidence(1, 24));
  });

  it('close while the interval of the rate holds no growth', () => {
    const atZero = clear.ratePerHour / studentQuantile(0.975, clear.degrees);
    expect(closed({ rateError: 1.01 * atZero })).toEqual(['interval']);
    expect(closed({ rateError: 0.99 * atZero })).toEqual([]);
    // The fewer observations there are, the wider it is.
    expect(closed({ rateError: 0.99 * atZero, degrees: 5 })).toEqual(['interval']);
  });

  it('close while it is less than the series moves by anyway, or ended', () => {
    expect(closed({ grown: 0.011 })).toEqual(['size']);
    expect(closed({ noiseSpread: 1 })).toEqual(['size']);
    expect(closed({ fillingSize: 20 })).toEqual(['size']);
    expect(closed({ grown: 0.04 }, latency)).toEqual(['size']);
    expect(closed({ secondHalf: { share: 0.6, z: 20 } })).toEqual(['lasting']);
    expect(closed({ secondHalf: { share: 1, z: 1.4 } })).toEqual(['lasting']);
    expect(closed({ separateShare: 0.019 })).toEqual(['separable']);
  });

  it('close while it is too young', () => {
    for (const question of [resident, collected, latency, withoutLoad]) {
      const least = leastHours(question, question.collected);
      expect(closed({ spanHours: least - 0.01, collected: question.collected }, question)).toEqual(['time']);
      expect(closed({ spanHours: least, collected: question.collected }, question)).toEqual([]);
    }
    // What counts things waits for no collector either.
    expect(closed({ spanHours: leastHours(resident, true), collected: true })).toEqual([]);
    expect(closed({ onsetHour: SPAN_HOURS - 7.9 })).toEqual(['onset']);
    expect(closed({ onsetHour: SPAN_HOURS - 8 })).toEqual([]);
  });
});

describe('evidence against a rare rival', () => {
  const needed = neededEvidence(10, SPAN_HOURS);

  it('is not asked for twice of what has been collected, and never below odds of 20 to 1', () => {
    expect(evidenceNeeded({ ...clear, rarity: 2 }, collected, 10)).toBeCloseTo(needed - 2, 9);
    expect(evidenceNeeded({ ...clear, rarity: 100 }, collected, 10)).toBe(6);
    expect(evidenceNeeded({ ...clear, rarity: 0 }, collected, 10)).toBe(needed);
  });

  it('is asked for in full of what may be a sawtooth', () => {
    expect(evidenceNeeded({ ...clear, rarity: 100 }, resident, 10)).toBe(needed);
  });
});

describe('a count that never falls', () => {
  it('grows while it goes on rising', () => {
    expect(closed({ staircase: { rises: 8, sinceHours: SPAN_HOURS / 4 } })).toEqual([]);
  });

  it('is a pool that kept what peaks needed when it rose seldom, or not of late', () => {
    expect(closed({ staircase: { rises: 7, sinceHours: 1 } })).toEqual(['staircase']);
    expect(closed({ staircase: { rises: 80, sinceHours: SPAN_HOURS / 4 + 0.1 } })).toEqual(['staircase']);
  });

  it('is looked at since its growth began', () => {
    const staircase = { rises: 8, sinceHours: 10 };
    expect(closed({ staircase, onsetHour: 32 })).toEqual([]);
    expect(closed({ staircase, onsetHour: 40 })).toEqual(['staircase']);
  });
});

describe('a rise that falls again', () => {
  /** Falls at these hours that take back all that grew in so many hours. */
  const falls = (takesBackHours: number, ...at: number[]): Partial<Answer> => ({
    hasCollections: true,
    collections: at.map((hour) => ({ hour, size: clear.ratePerHour * LEVEL * takesBackHours })),
  });
  const steps = (...all: [hour: number, share: number][]): Partial<Answer> => ({
    steps: all.map(([hour, share]) => ({ hour, size: share * LEVEL })),
  });

  it('is a sawtooth as well as growth while it fell once or twice, less than a cycle ago', () => {
    expect(closed({ spanHours: 40, ...falls(20, 20) })).toEqual(['cycles']);
    expect(closed({ spanHours: 60, ...falls(20, 20, 40) })).toEqual(['cycles']);
    expect(closed({ spanHours: 60, ...falls(20, 15, 30, 45) })).toEqual([]);
    // Collected once, it is asked of nobody.
    expect(closed({ spanHours: 40, ...falls(20, 20) }, collected)).toEqual([]);
  });

  it('is growth when a whole cycle has passed without a fall, or the fall took back little', () => {
    expect(closed({ spanHours: 50, ...falls(20, 20) })).toEqual([]);
    expect(closed({ spanHours: 40, ...falls(7, 20) })).toEqual([]);
    expect(closed({ spanHours: 40, ...falls(20, 20), hasCollections: false })).toEqual([]);
  });

  it('counts a fall once that was seen and is a step of the model too', () => {
    const seen = falls(20, 20);
    const own = { hour: 21, size: -clear.ratePerHour * LEVEL * 20 };
    // Three falls would be a sawtooth whose floors are known.
    expect(closed({ spanHours: 45, ...falls(20, 15, 30), steps: [{ ...own, hour: 31 }] })).toEqual(['cycles']);
    expect(closed({ spanHours: 40, ...seen, steps: [own] })).toEqual(['cycles']);
  });

  it('has seen no growth where steps down take back much of it', () => {
    const down = steps([10, -0.2], [30, -0.2], [50, -0.2]);
    expect(closed({ ...down })).toEqual(['cycles']);
    expect(closed({ ...steps([10, -0.05], [30, -0.05], [50, -0.05]) })).toEqual([]);
    expect(closed({ steps: [{ hour: 30, size: -0.5 }] }, latency)).toEqual(['cycles']);
    expect(closed({ steps: [{ hour: 30, size: -0.4 }] }, latency)).toEqual([]);
  });

  it('minds no step up that a like step down takes back within half a day', () => {
    const bumps = steps([10, 0.2], [12, -0.2], [30, 0.2], [33, -0.2], [50, 0.2], [53, -0.2]);
    expect(closed({ ...bumps })).toEqual([]);
  });
});

describe('a growth that began after a fall', () => {
  const sawtooth = {
    onsetHour: 40,
    collections: [
      { hour: 20, size: 1e8 },
      { hour: 40, size: 1e8 },
    ],
  };

  it('may be the next edge of a sawtooth for as long as its edges last', () => {
    expect(closed({ ...sawtooth, spanHours: 40 + 1.3 * 20 - 0.1 })).toEqual(['cycles']);
    expect(closed({ ...sawtooth, spanHours: 40 + 1.3 * 20 })).toEqual([]);
  });

  it('is none of a sawtooth that nobody saw: a single fall, or one after the onset', () => {
    const [first, second] = sawtooth.collections;
    if (first === undefined || second === undefined) throw new Error('two falls');
    expect(closed({ ...sawtooth, spanHours: 50, collections: [second] })).toEqual([]);
    expect(closed({ ...sawtooth, spanHours: 50, onsetHour: 39 })).toEqual([]);
    expect(closed({ ...sawtooth, spanHours: 50, onsetHour: 0 })).toEqual([]);
  });

  it('counts steps down as falls', () => {
    const steps = sawtooth.collections.map(({ hour, size }) => ({ hour, size: -size }));
    expect(closed({ onsetHour: 40, spanHours: 50, steps })).toEqual(['cycles']);
  });
});

describe('gates that contradict a call', () => {
  it('are those that have seen something else, and not those that wait for more', () => {
    expect(closed({ staircase: { rises: 2, sinceHours: 30 } }).every((gate) => CONTRADICTING.includes(gate))).toBe(
      true,
    );
    const young = closed({ spanHours: 5, rateError: 1, evidence: 0, grown: 0, separateShare: 0 });
    expect(young.filter((gate) => CONTRADICTING.includes(gate))).toEqual([]);
    expect(young).toEqual(['evidence', 'interval', 'size', 'separable', 'time']);
  });
});
