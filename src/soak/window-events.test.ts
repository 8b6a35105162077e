import { describe, expect, it } from 'vitest';
import { loadWindow } from '../../tests/support/load-window.ts';
import { windowEvents } from './window-events.ts';

const startMs = 1_790_000_000_000;
const context = { planStartMs: startMs, awayReason: 'k6 was away (panic)' };
const first = loadWindow({ sequence: 0, startMs });
const next = loadWindow({ sequence: 1, startMs: first.endMs });
const kinds = (...args: Parameters<typeof windowEvents>): string[] => windowEvents(...args).map(({ kind }) => kind);

describe('what a window tells beyond its numbers', () => {
  it('is nothing while all is well', () => {
    expect(windowEvents(null, first, context)).toEqual([]);
    expect(windowEvents(first, next, context)).toEqual([]);
  });

  it('is a gap with its stretch and reason when another k6 goes on later', () => {
    const later = loadWindow({ processId: 'p2', startMs: first.endMs + 95_000 });
    expect(windowEvents(first, later, context)).toEqual([
      {
        atMs: later.startMs,
        kind: 'gap',
        severity: 'warning',
        message: 'no load for 95 s: k6 was away (panic)',
        data: { fromMs: first.endMs, untilMs: later.startMs, reason: 'k6 was away (panic)' },
      },
    ]);
  });

  it('is a gap of its own making when the same k6 stood still, and one before the first window', () => {
    const later = loadWindow({ sequence: 1, startMs: first.endMs + 30_000 });
    expect(windowEvents(first, later, context)[0]?.message).toBe('no load for 30 s: the generator stood still');
    expect(kinds(null, loadWindow({ startMs: startMs + 20_000 }), context)).toEqual(['gap']);
  });

  it('is one event when the generator falls behind and one when it is on time again', () => {
    const late = { ...next, iterations: { ...next.iterations, late: 4 } };
    const later = { ...late, sequence: 2, startMs: late.endMs, endMs: late.endMs + 10_000 };
    const well = loadWindow({ sequence: 3, startMs: later.endMs });
    expect(kinds(first, late, context)).toEqual(['generator_behind']);
    expect(kinds(late, later, context)).toEqual([]);
    expect(kinds(later, well, context)).toEqual(['generator_on_time']);
  });

  it('is a clock step, lost windows and pooled names, each once', () => {
    const stepped = { ...next, clock: { timerLagMs: 2, stepMs: -4000 } };
    expect(kinds(first, stepped, context)).toEqual(['generator_clock_stepped']);
    const lossy = { ...next, droppedRecords: 3, pooledRequests: 12 };
    expect(kinds(first, lossy, context)).toEqual(['windows_lost', 'names_pooled']);
    expect(kinds(lossy, { ...lossy, startMs: lossy.endMs, endMs: lossy.endMs + 10_000 }, context)).toEqual([]);
  });
});
