import { describe, expect, it } from 'vitest';
import { parsePercent, parseShare } from './percent.ts';

describe('percentages', () => {
  it('need their sign', () => {
    expect(parsePercent('99.5%')).toEqual({ ok: true, value: 99.5 });
    expect(parsePercent(' 2 % ')).toEqual({ ok: true, value: 2 });
    expect(parsePercent(2)).toEqual({ ok: false, problem: '2 has no unit', hint: 'write 2%' });
    expect(parsePercent('two%').ok).toBe(false);
  });
});

describe('shares', () => {
  it('are numbers from 0 to 1 or percentages', () => {
    expect(parseShare(0.35)).toEqual({ ok: true, value: 0.35 });
    expect(parseShare('35%')).toEqual({ ok: true, value: 0.35 });
    expect(parseShare(0)).toEqual({ ok: true, value: 0 });
  });

  it('above 1 are probably percentages', () => {
    expect(parseShare(30)).toEqual({ ok: false, problem: '30 is not between 0 and 1', hint: 'write 30% or 0.3' });
    expect(parseShare('130%').ok).toBe(false);
    expect(parseShare(-0.1).ok).toBe(false);
    expect(parseShare('half').ok).toBe(false);
    expect(parseShare(Number.NaN).ok).toBe(false);
  });
});
