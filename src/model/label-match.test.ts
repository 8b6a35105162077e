import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesLabels } from './label-match.ts';

const labels = { alertname: 'HighErrorRate', run: '20261121T120000Z-3f9a', empty: '' };

describe('labels', () => {
  it('match when every wanted one has the wanted value', () => {
    expect(matchesLabels({ alertname: 'HighErrorRate', empty: '' }, labels)).toBe(true);
    expect(matchesLabels({ alertname: 'HighErrorRate', run: 'other' }, labels)).toBe(false);
    expect(matchesLabels({}, labels)).toBe(true);
  });

  it('match with * for any text', () => {
    for (const pattern of ['*', 'High*', '*Rate', 'H*E*R*', '*gh*or*', 'HighErrorRate*']) {
      expect(matchesLabels({ alertname: pattern }, labels), pattern).toBe(true);
    }
    for (const pattern of ['High', 'High*x', '*Rate*Rate', 'HighErrorRate*Rate', 'x*']) {
      expect(matchesLabels({ alertname: pattern }, labels), pattern).toBe(false);
    }
    expect(matchesLabels({ empty: '*' }, labels)).toBe(true);
  });

  it('do not match by a label that is missing, not even by *', () => {
    expect(matchesLabels({ alertnam: '*' }, labels)).toBe(false);
  });

  it('match as a regular expression of the same parts would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 8 });
    const wanted = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
    fc.assert(
      fc.property(wanted, letters, (pattern, text) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 's').test(text);
        expect(matchesLabels({ run: pattern }, { run: text })).toBe(expected);
      }),
    );
  });

  it('take no longer to match a hundred stars', () => {
    // A regular expression would not come to an end.
    expect(matchesLabels({ run: '*a'.repeat(100) }, { run: `${'a'.repeat(5_000)}b` })).toBe(false);
  });
});
