import { describe, expect, it } from 'vitest';
import { generate } from '../vectors.ts';
import { nothing } from './answer.ts';
import { leastHours, neededEvidence } from './decide.ts';
import { evaluate } from './evaluate.ts';
import type { Answer, Question } from './question.ts';
import { type Told, whyOf } from './why.ts';

const HOURS = 72;
const MINUTES = generate(HOURS * 60, (minute) => minute / 60);
const load = { hours: MINUTES, values: generate(MINUTES.length, () => 600) };
const memory: Question = {
  kind: 'growth',
  readings: { hours: MINUTES, values: generate(MINUTES.length, () => 1) },
  load,
  restarts: null,
  collected: false,
  leftOut: [],
};
const latency: Question = { ...memory, kind: 'drift' };
const withoutLoad: Question = { ...memory, load: null };
const asked = { hour: HOURS, seriesCount: 4 };

/** Growth that passes every gate, whatever its constants are. */
const clear: Answer = {
  ...nothing(HOURS, 4e8),
  finding: 'growth',
  evidence: 10 * neededEvidence(4, HOURS),
  ratePerHour: 0.3 / 24,
  grown: 0.9,
  noiseSpread: 0.001,
  secondHalf: { share: 1, z: 20 },
};
const found: Told = {
  verdict: 'leak',
  growthPercentPer24h: { estimate: 29.96, low: 24.31, high: 35.42 },
  detectablePercentPer24h: 2.149,
  exhaustion: null,
  answer: clear,
};
const flat: Told = {
  ...found,
  verdict: 'stable',
  growthPercentPer24h: { estimate: 0.1, low: -0.4, high: 0.6 },
  answer: { ...nothing(HOURS, 4e8), finding: 'nothing' },
};
const with_ = (told: Told, answer: Partial<Answer>): Told => ({
  ...told,
  answer: { ...(told.answer ?? clear), ...answer },
});

describe('why a series leaks', () => {
  it('says how fast, since when, and what does not explain it', () => {
    expect(whyOf(found, memory, asked)).toBe(
      'It grows by 30 % a day (24 to 35 %) from the start, and no load, warm-up, filling cache, collection or step explains it.',
    );
    expect(whyOf(found, withoutLoad, asked)).toContain('no warm-up, filling cache');
  });

  it('names the clock, the onset, what stands beside it, and when the limit is reached', () => {
    const told = with_(found, {
      clock: 'requests',
      clockEvidence: 9,
      onsetHour: 20,
      beside: ['a cache that fills (8 h)', 'a step at hour 12.0', 'a step at hour 40.5'],
    });
    expect(whyOf({ ...told, exhaustion: { hour: 100 } }, memory, asked)).toBe(
      'It grows by 30 % a day (24 to 35 %) with every request since about hour 20, beside a cache that fills (8 h) and 2 steps, ' +
        'and no load, warm-up or collection explains it; at this rate its limit is reached in 28 h.',
    );
  });

  it('never rules out what stands beside it', () => {
    const everything = [
      'a warm-up',
      'a cache that fills (8 h)',
      'collections',
      'the load of the last 4 h',
      'a step at hour 12.0',
    ];
    for (const label of everything) {
      const why = whyOf(with_(found, { beside: [label] }), memory, asked);
      const [, ruledOut = ''] = why.split(', and no ');
      const [word = ''] = /warm-up|cache|collection|load|step/.exec(label) ?? [];
      expect(why).toContain(`, beside ${label.replace('.0', '')}, and no `);
      expect(ruledOut).not.toContain(word);
    }
    expect(whyOf(with_(found, { beside: everything.slice(1) }), memory, asked)).toMatch(
      /, and no warm-up explains it\.$/,
    );
    expect(whyOf(with_(found, { beside: everything }), memory, asked)).toMatch(/, which does not explain it\.$/);
  });

  it('rules nothing out that would do nearly as well', () => {
    const told: Told = with_({ ...found, verdict: 'growing' }, { evidence: 3, rival: ['a warm-up'] });
    expect(whyOf(told, memory, asked)).toBe(
      'It grows by 30 % a day (24 to 35 %), but a warm-up would do nearly as well.',
    );
  });

  it('speaks of responses where latency drifts', () => {
    expect(whyOf({ ...found, verdict: 'drift' }, latency, asked)).toBe(
      'Responses become slower by 30 % a day (24 to 35 %) from the start, and no load, warm-up or step explains it.',
    );
  });
});

describe('why a series is not called yet', () => {
  it('says how long a run must be', () => {
    const hour = leastHours(memory, false) / 2;
    const told: Told = with_({ ...found, verdict: 'growing' }, { spanHours: hour });
    expect(whyOf(told, memory, { ...asked, hour })).toBe(
      'It grows by 30 % a day (24 to 35 %), and no load, warm-up, filling cache, collection or step explains it, ' +
        `but ${hour} h are too short to call it: ${leastHours(memory, false)} h are needed.`,
    );
    expect(whyOf(told, withoutLoad, { ...asked, hour })).toContain(
      `${leastHours(withoutLoad, false)} h are needed where the load is not known.`,
    );
  });

  it('says that it began too lately', () => {
    const told = with_({ ...found, verdict: 'growing' }, { onsetHour: 71 });
    expect(whyOf(told, memory, asked)).toMatch(/, but it began only 1 h ago\.$/);
  });

  it('says that it may fall as it did before', () => {
    const spanHours = leastHours(memory, false) * 1.2;
    const collections = [{ hour: spanHours / 2, size: clear.level }];
    const told = with_({ ...found, verdict: 'growing' }, { spanHours, collections, hasCollections: true });
    expect(whyOf(told, memory, asked)).toMatch(
      /, but it rose and fell like this before, so that another fall may be due\.$/,
    );
  });

  it('says that a suspect waits for the next hours', () => {
    expect(whyOf({ ...found, verdict: 'suspect' }, memory, asked)).toMatch(
      /; it is called when the next hours say the same\.$/,
    );
  });

  it('says what would tell growth from load', () => {
    const told: Told = { ...found, verdict: 'not_separable' };
    expect(whyOf(told, memory, asked)).toBe(
      'It rises, but so does the load, and the two cannot be told apart; stretches at one fixed load would settle it.',
    );
    expect(whyOf(told, withoutLoad, asked)).toContain('restarts that come too often');
  });
});

describe('why a series is stable', () => {
  it('says what moves it, and what would have been seen', () => {
    expect(whyOf(flat, withoutLoad, asked)).toBe('Nothing grows; growth of 2.1 % a day or more would have been seen.');
    expect(whyOf(with_(flat, { rival: ['a warm-up', 'a step at hour 12.0'] }), memory, asked)).toBe(
      'Nothing grows, and what moves it is the load, a warm-up and a step at hour 12; growth of 2.1 % a day or more would have been seen.',
    );
  });

  it('names three things at most', () => {
    const rival = ['a warm-up', 'the time of day', 'the time of day', 'collections', 'the highest load so far'];
    expect(whyOf(with_(flat, { rival }), memory, asked)).toContain(
      'what moves it is the load, a warm-up and other things;',
    );
  });

  it('says that it falls, or never moved', () => {
    const falling = { ...flat, growthPercentPer24h: { estimate: -3, low: -4, high: -2 } };
    expect(whyOf(falling, withoutLoad, asked)).toMatch(/^It falls by 3 % a day; /);
    expect(whyOf(with_(flat, { finding: 'constant' }), memory, asked)).toBe('It stayed the same for 72 h.');
  });

  it('does not say that a count which flickers never moved', () => {
    const values = generate(MINUTES.length, (minute) => (minute % 50 === 7 ? 11 : 10));
    const flickering: Question = { ...memory, load: null, readings: { hours: MINUTES, values } };
    const answer = evaluate(flickering, HOURS);
    expect(answer?.finding).toBe('constant');
    expect(whyOf({ ...flat, answer }, flickering, asked)).toBe(
      'Its level stayed the same for 72 h, but for passing moves.',
    );
  });

  it('does not say that nothing grows where the load leaves nothing to tell it by', () => {
    expect(whyOf({ ...flat, growthPercentPer24h: null }, memory, asked)).toMatch(/growth cannot be told from it\.$/);
  });

  it('says what explains a rise', () => {
    const told = with_({ ...found, verdict: 'stable' }, { finding: 'explained', rival: ['a cache that fills (18 h)'] });
    expect(whyOf(told, memory, asked)).toBe(
      'What rises is explained by the load and a cache that fills (18 h) at least as well as by growth.',
    );
    const small = { ...told, growthPercentPer24h: { estimate: 0.4, low: -1, high: 1.8 } };
    expect(whyOf(small, memory, asked)).toMatch(/as by growth; growth of 2\.1 % a day or more would have been seen\.$/);
    expect(whyOf(with_(told, { rival: [] }), withoutLoad, asked)).toContain('no more than its usual ups and downs');
  });

  it('says that a rise ended, is small, or is unsure', () => {
    const told: Told = { ...found, verdict: 'stable' };
    expect(whyOf(with_(told, { secondHalf: { share: 0, z: 0 } }), memory, asked)).toMatch(
      /^It rose, but no longer does/,
    );
    expect(whyOf(with_(told, { grown: 0 }), memory, asked)).toContain('less than what it moves by for other reasons');
    expect(whyOf(with_(told, { evidence: 0 }), memory, asked)).toMatch(
      /^Growth of 30 % a day \(24 to 35 %\) would fit it, but chance or another cause does nearly as well\.$/,
    );
  });
});

describe('why nothing is said of a series', () => {
  const insufficient: Told = { ...found, verdict: 'insufficient', growthPercentPer24h: null, answer: null };
  const sampled = (count: number, everyHours: number): Question => ({
    ...memory,
    readings: { hours: generate(count, (at) => at * everyHours), values: generate(count, () => 1) },
  });

  it('counts the samples', () => {
    expect(whyOf(insufficient, sampled(0, 1), asked)).toBe('There is no sample.');
    expect(whyOf(insufficient, sampled(1, 1), asked)).toMatch(/^There is one sample; at least/);
    expect(whyOf(insufficient, sampled(10, 7), asked)).toBe(
      'There are 10 samples over 63 h, too sparse or too interrupted to judge: a quarter of the time must be sampled, without warm-up and outages.',
    );
  });

  it('counts no latency that is not above 0', () => {
    const zeros = { ...latency, readings: { hours: MINUTES, values: generate(MINUTES.length, () => 0) } };
    expect(whyOf(insufficient, zeros, asked)).toBe('No sample is above 0.');
  });

  it('looks at nothing behind the hour that is asked for', () => {
    expect(whyOf(insufficient, memory, { ...asked, hour: 0.5 })).toMatch(/^There are 30 samples over 29 min; at least/);
  });

  it('asks for the hours that the detector asks for', () => {
    const [, least] = /at least (\d+) h are needed/.exec(whyOf(insufficient, memory, { ...asked, hour: 1 })) ?? [];
    expect(evaluate(memory, Number(least) - 0.5)).toBeNull();
    expect(evaluate(memory, Number(least) + 0.5)).not.toBeNull();
  });
});
