import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

const hintOf = (input: unknown): string => {
  const result = parseDuration(input);
  return result.ok ? 'no problem' : result.hint;
};

describe('durations', () => {
  it.each([
    ['72h', 259_200_000],
    ['5000ms', 5000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['2d', 172_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
  });

  it.each([
    [72, 'write 72s, 72m or 72h'],
    ['24 hours', 'write 24h; units are ms, s, m, h and d'],
    ['5min', 'write 5m; units are ms, s, m, h and d'],
    ['3 H', 'write 3h; units are ms, s, m, h and d'],
    ['soon', 'write for example 72h, 90s or 1h30m; units are ms, s, m, h and d'],
    ['-5m', 'write for example 72h, 90s or 1h30m; units are ms, s, m, h and d'],
    [null, 'write for example 72h or 90s'],
  ])('%s is refused with what to write', (input, hint) => {
    expect(hintOf(input)).toBe(hint);
  });

  it('are written as they are read', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 10 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toEqual({ ok: true, value: ms });
      }),
    );
    expect([0, 250, 90_000, 5_400_000, 259_200_000].map(formatDuration)).toEqual([
      '0s',
      '250ms',
      '1m30s',
      '1h30m',
      '72h',
    ]);
  });
});
