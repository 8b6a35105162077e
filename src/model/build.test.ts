import { describe, expect, it } from 'vitest';
import { buildOf, commitOf, isBuild } from './build.ts';

const labelled = (labels: Record<string, string>) => ({ labels });

describe('the build of a run', () => {
  it('is what it was labelled: build, else commit, else version', () => {
    expect(buildOf(labelled({ version: '3', commit: 'abcdef0', build: '41' }))).toBe('41');
    expect(buildOf(labelled({ version: '3', commit: 'abcdef0' }))).toBe('abcdef0');
    expect(buildOf(labelled({ version: '3', build: '' }))).toBe('3');
    expect(buildOf(labelled({ team: 'shop' }))).toBeNull();
  });

  it('names a commit only where a label is one', () => {
    expect(commitOf(labelled({ build: 'ABCDEF0123' }))).toBe('abcdef0123');
    expect(commitOf(labelled({ commit: 'abcdef0', build: '41' }))).toBe('abcdef0');
    expect(commitOf(labelled({ build: 'release-41' }))).toBeNull();
    expect(commitOf(labelled({ build: 'abc' }))).toBeNull();
  });

  it('is found by its name, a commit also by its first digits', () => {
    const run = labelled({ commit: 'abcdef0123456789' });
    expect(isBuild(run, 'ABCDEF0')).toBe(true);
    expect(isBuild(run, 'abcdef')).toBe(false);
    expect(isBuild(labelled({ build: 'abcdef0' }), 'abcdef0123456789')).toBe(true);
    expect(isBuild(labelled({ build: '4.1' }), '4.10')).toBe(false);
  });
});
