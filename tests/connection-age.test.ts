import { describe, expect, it } from 'vitest';
import { CONNECTION_AGE_MS, connectionAge } from '../k6/connection-age.ts';

const MINUTE_MS = 60_000;

/** Instants, in minutes, at which a request of every minute for an hour closes its connection. */
const closings = (random: number): number[] => {
  const age = connectionAge(() => random);
  return Array.from({ length: 60 }, (_, minute) => minute).filter((minute) => age.closes(minute * MINUTE_MS, false));
};

describe('the age of connections', () => {
  it('is five minutes, whatever the traffic', () => {
    const times = closings(0);
    expect(times[0]).toBe(5);
    expect(times.slice(1).map((time, at) => time - (times[at] ?? 0))).toEqual(times.slice(1).map(() => 5));
  });

  it('begins at a different point for each user', () => {
    expect([0, 0.25, 0.5, 0.75].map((random) => closings(random)[0])).toEqual([5, 4, 3, 2]);
  });

  it('ends at once when the next visitor is to connect anew, and counts from there', () => {
    const age = connectionAge(() => 0);
    expect(age.closes(0, false)).toBe(false);
    expect(age.closes(MINUTE_MS, true)).toBe(true);
    expect(age.closes(5 * MINUTE_MS, false)).toBe(false);
    expect(age.closes(MINUTE_MS + CONNECTION_AGE_MS, false)).toBe(true);
  });

  it('is not stretched by a clock that was set back', () => {
    const age = connectionAge(() => 0);
    expect(age.closes(60 * MINUTE_MS, false)).toBe(false);
    expect(age.closes(0, false)).toBe(true);
    expect(age.closes(MINUTE_MS, false)).toBe(false);
  });
});
