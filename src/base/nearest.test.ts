import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

describe('the distance of two words', () => {
  it.each([
    ['peak_hours', 'peak_hours', 0],
    ['peak_hour', 'peak_hours', 1],
    ['duratoin', 'duration', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    // Optimal string alignment: no letter is edited twice.
    ['ca', 'abc', 3],
  ])('%s and %s: %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('the nearest known word', () => {
  const known = ['mon', 'tue', 'traffic_pattern', 'target', 'warning'];

  it('is the one with the fewest slips, whatever its case', () => {
    expect(nearest('traffic_patern', known)).toBe('traffic_pattern');
    expect(nearest('TARGTE', known)).toBe('target');
  });

  it('may be one that begins alike', () => {
    expect(nearest('monday', known)).toBe('mon');
    expect(nearest('warn', known)).toBe('warning');
  });

  it('is none when nothing is near, or several begin alike', () => {
    expect(nearest('wholly_different', known)).toBeNull();
    expect(nearest('pre', ['present', 'premise'])).toBeNull();
  });
});
