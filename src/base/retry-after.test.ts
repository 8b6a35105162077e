import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

describe('Retry-After', () => {
  it('is read as seconds', () => {
    expect(retryAfterMs('30', now)).toBe(30_000);
    expect(retryAfterMs(' 0 ', now)).toBe(0);
  });

  it('is read as an HTTP date; one in the past asks for no wait', () => {
    expect(retryAfterMs('Sat, 21 Nov 2026 12:01:00 GMT', now)).toBe(60_000);
    expect(retryAfterMs('Sat, 21 Nov 2026 11:00:00 GMT', now)).toBe(0);
  });

  it('is unknown when it is missing or makes no sense', () => {
    for (const header of [undefined, '', 'soon', '-5', '1.5', 'Noday, 99 Foo', '2026-11-21']) {
      expect(retryAfterMs(header, now)).toBeNull();
    }
  });
});
