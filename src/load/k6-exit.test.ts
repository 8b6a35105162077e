import { describe, expect, it } from 'vitest';
import { type ExitCircumstances, exitOf, exitOfAdopted } from './k6-exit.ts';

const unasked: ExitCircumstances = { asked: false, afterPlan: false, outOfMemory: false, detail: '' };
const code = (exitCode: number) => ({ exitCode, signal: null });
const signal = (name: string) => ({ exitCode: null, signal: name });

describe('the end of a k6 process', () => {
  it('is finished when k6 came to the end of its plan by itself', () => {
    expect(exitOf(code(0), unasked)).toEqual({
      reason: 'finished',
      retry: false,
      exitCode: 0,
      signal: null,
      detail: '',
    });
  });

  it.each([
    [100, 'setup_timeout', true],
    [104, 'config', false],
    [105, 'terminated', true],
    [107, 'script_exception', false],
    [108, 'script_aborted', false],
    [109, 'panic', true],
    [2, 'panic', true],
    [255, 'error', true],
  ])('maps exit code %i to %s, retry %s', (exitCode, reason, retry) => {
    expect(exitOf(code(exitCode), unasked)).toMatchObject({ reason, retry, exitCode });
  });

  it('tries again after an exception in setup(), which talks to the target', () => {
    const detail = 'error: Error: connection refused at setup (file:///soak/script.js:9:3)';
    expect(exitOf(code(107), { ...unasked, detail })).toMatchObject({ reason: 'script_exception', retry: true });
  });

  it('tells a process that the kernel killed for want of memory from one that somebody killed', () => {
    expect(exitOf(signal('SIGKILL'), unasked)).toMatchObject({ reason: 'killed', retry: true });
    expect(exitOf(signal('SIGKILL'), { ...unasked, outOfMemory: true })).toMatchObject({
      reason: 'out_of_memory',
      retry: true,
    });
  });

  it('says which signal ended it, before what k6 said last', () => {
    expect(exitOf(signal('SIGKILL'), unasked).detail).toBe('killed by signal 9 (SIGKILL)');
    const detail = 'warning: Request Failed';
    expect(exitOf(signal('SIGSEGV'), { ...unasked, detail }).detail).toBe(`killed by signal 11 (SIGSEGV)\n${detail}`);
    expect(exitOf(code(109), { ...unasked, detail }).detail).toBe(detail);
    // Of an adopted process nobody learns it.
    expect(exitOfAdopted({ ...unasked, detail }).detail).toBe(detail);
  });

  it.each(['SIGSEGV', 'SIGABRT', 'SIGBUS'])('is a crash worth another try after %s', (name) => {
    expect(exitOf(signal(name), unasked)).toMatchObject({ reason: 'crashed', retry: true, signal: name });
  });

  it('is never retried when soakd asked for it', () => {
    const asked = { ...unasked, asked: true };
    expect(exitOf(code(0), asked)).toMatchObject({ reason: 'stopped', retry: false });
    expect(exitOf(code(105), asked)).toMatchObject({ reason: 'stopped', retry: false });
    expect(exitOf(signal('SIGKILL'), asked)).toMatchObject({ reason: 'killed', retry: false });
  });

  it('of an adopted process is lost before the end of the plan, and taken as finished after it', () => {
    expect(exitOfAdopted(unasked)).toMatchObject({ reason: 'lost', retry: true, exitCode: null });
    expect(exitOfAdopted({ ...unasked, afterPlan: true })).toMatchObject({ reason: 'finished', retry: false });
    expect(exitOfAdopted({ ...unasked, asked: true })).toMatchObject({ reason: 'stopped', retry: false });
  });
});
