import { describe, expect, it } from 'vitest';
import { stateText } from './runs.ts';

describe('the state in a list of runs', () => {
  it('tells rehearsals apart by what they would have been', () => {
    const texts = (['passed', 'failed', 'inconclusive', 'aborted'] as const).map((outcome) =>
      stateText({ state: 'rehearsed', outcome }),
    );
    expect(texts).toEqual([
      'rehearsed: would pass',
      'rehearsed: would fail',
      'rehearsed: would be inconclusive',
      'rehearsal aborted',
    ]);
  });

  it('is the state itself of every other run', () => {
    expect(stateText({ state: 'failed', outcome: 'failed' })).toBe('failed');
    expect(stateText({ state: 'warming_up', outcome: null })).toBe('warming up');
  });
});
