import { describe, expect, it } from 'vitest';
import { labelArgument } from './arguments.ts';

describe('labels on the command line', () => {
  it('are gathered, each key once; a value may hold anything', () => {
    const one = labelArgument('build=1.4.2');
    const two = labelArgument('keep=release 4 = the last', one);
    expect(two).toEqual({ build: '1.4.2', keep: 'release 4 = the last' });
    expect(labelArgument('build=1.4.3', two)).toEqual({ build: '1.4.3', keep: 'release 4 = the last' });
    expect(labelArgument('empty=')).toEqual({ empty: '' });
  });

  it('are refused where they are none', () => {
    expect(() => labelArgument('build')).toThrow('write key=value');
    expect(() => labelArgument('=1')).toThrow('a key has letters');
    expect(() => labelArgument('4th=1')).toThrow('a key has letters');
    expect(() => labelArgument(`x=${'x'.repeat(1001)}`)).toThrow('1000 characters at most');
  });
});
