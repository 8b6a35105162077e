import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits } from './silence.ts';

const matches = (wanted: string, text: string): boolean => fits({ alertname: wanted }, { alertname: text });

describe('the matchers of a silence', () => {
  it('fit by whole text, with a star for any', () => {
    expect(matches('HighCPU', 'HighCPU')).toBe(true);
    expect(matches('High', 'HighCPU')).toBe(false);
    expect(matches('High*', 'HighCPU')).toBe(true);
    expect(matches('*CPU', 'HighCPU')).toBe(true);
    expect(matches('H*gh*PU', 'HighCPU')).toBe(true);
    expect(matches('H.ghCPU', 'HighCPU')).toBe(false);
    expect(fits({ alertname: 'HighCPU', run: 'a*' }, { alertname: 'HighCPU' })).toBe(false);
  });

  it('fit as a regular expression of the same parts would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 8 });
    const wanted = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
    fc.assert(
      fc.property(wanted, letters, (pattern, text) => {
        expect(matches(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 's').test(text));
      }),
    );
  });

  it('take no longer for a hundred stars', () => {
    // A regular expression would not come to an end.
    expect(matches('*a'.repeat(100), `${'a'.repeat(5_000)}b`)).toBe(false);
  });
});
