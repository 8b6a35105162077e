import { describe, expect, it } from 'vitest';
import { labelChange, UNEXPLAINED } from './label-change.ts';

const change = { earliestAt: 19.5, at: 20 };

describe('the label of a change', () => {
  it('is what happened nearest to it', () => {
    const happened = [
      { atHour: 19, label: 'deploy 1.4' },
      { atHour: 20.2, label: 'restart' },
      { atHour: 30, label: 'fault' },
    ];
    expect(labelChange(change, happened, 1)).toBe('restart');
  });

  it('is the earlier of two that are as near, for it may be the cause', () => {
    const happened = [
      { atHour: 20.5, label: 'restart' },
      { atHour: 19, label: 'rate change' },
    ];
    expect(labelChange(change, happened, 1)).toBe('rate change');
  });

  it('is unexplained where nothing happened within the tolerance', () => {
    expect(labelChange(change, [], 1)).toBe(UNEXPLAINED);
    expect(labelChange(change, [{ atHour: 18, label: 'deploy' }], 1)).toBe(UNEXPLAINED);
  });

  it('counts from the gap in which the change lies', () => {
    expect(labelChange({ earliestAt: 10, at: 20 }, [{ atHour: 15, label: 'restart' }], 0)).toBe('restart');
  });
});
