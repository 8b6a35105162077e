import { describe, expect, it } from 'vitest';
import { describeError, SoakdError } from './errors.ts';

describe('an error in words', () => {
  it('is its message and its causes, on one line', () => {
    const cause = new Error('disk\nis full', { cause: 'ENOSPC' });
    expect(describeError(new Error('cannot write', { cause }))).toBe('cannot write: disk is full: ENOSPC');
  });

  it('says nothing twice, not even what a message quotes of its cause', () => {
    const cause = new Error('address already in use');
    const thrown = new SoakdError(`cannot listen: ${cause.message}`, { code: 'listen_failed', hint: '', cause });
    expect(describeError(thrown)).toBe('cannot listen: address already in use');
  });
});
