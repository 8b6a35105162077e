import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR_MS, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { intersectionOf, lengthOf, unionOf } from '../base/stretches.ts';
import { spanOf } from './span.ts';
import { type Accounted, accountTime } from './time-account.ts';

const accountOf = (script: RunScript): Accounted => {
  const rows = runRows({ ...script, series: {} });
  return accountTime(rows, spanOf(rows));
};

const anyStretch = fc
  .tuple(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 120 }))
  .map(([from, length]) => ({ fromMs: START_MS + from * 30_000, untilMs: START_MS + (from + length) * 30_000 }));

const anyScript: fc.Arbitrary<RunScript> = fc.record({
  hours: fc.integer({ min: 1, max: 4 }),
  warmupMs: fc.constantFrom(0, 600_000, HOUR_MS),
  gaps: fc.array(
    fc
      .tuple(anyStretch, fc.constantFrom('absent', 'stalled', 'stepped'))
      .map(([stretch, kind]) => ({ ...stretch, kind })),
    { maxLength: 3 },
  ),
  exclude: fc.array(
    anyStretch.map(({ fromMs, untilMs }) => ({
      kind: 'hours' as const,
      fromMs: fromMs - START_MS,
      untilMs: untilMs - START_MS,
      reason: 'deploy',
    })),
    { maxLength: 2 },
  ),
  edits: fc.option(
    anyStretch.map(({ fromMs, untilMs }) => [
      { kind: 'pause' as const, atMs: fromMs },
      { kind: 'resume' as const, atMs: untilMs },
    ]),
    { nil: [] },
  ),
});

describe('the account of time', () => {
  it('has each millisecond in exactly one place', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const { account, judged, notOffered } = accountOf(script);
        const parts =
          account.warmupMs + account.judgedMs + account.excludedMs + account.notOfferedMs + account.pausedMs;
        expect(parts).toBeCloseTo(account.totalMs, 3);
        expect(lengthOf(judged)).toBeCloseTo(account.judgedMs, 3);
        expect(lengthOf(intersectionOf(judged, unionOf(notOffered)))).toBe(0);
        const reasons = account.notOffered.reduce((sum, { ms }) => sum + ms, 0);
        expect(reasons).toBeCloseTo(account.notOfferedMs, 3);
      }),
      { numRuns: 40 },
    );
  });

  it('names what the generator owes by its cause', () => {
    const gap = (kind: 'absent' | 'stalled' | 'stepped'): string | undefined =>
      accountOf({ hours: 1, gaps: [{ fromMs: START_MS + 600_000, untilMs: START_MS + 900_000, kind }] }).account
        .notOffered[0]?.reason;
    expect(gap('absent')).toBe('the load generator was not running');
    expect(gap('stalled')).toBe('the load generator stalled');
    expect(gap('stepped')).toBe('the clock was stepped or the machine suspended');
  });

  it('counts windows that k6 could not write as lost, not as a stall', () => {
    const rows = runRows({
      hours: 1,
      series: {},
      gaps: [{ fromMs: START_MS + 600_000, untilMs: START_MS + 660_000, kind: 'stalled' }],
    });
    for (const window of rows.windows) if (window.startMs >= START_MS + 660_000) window.droppedRecords = 6;
    expect(accountTime(rows, spanOf(rows)).account.notOffered[0]).toEqual({
      reason: 'windows were lost: the disk was full',
      ms: 60_000,
    });
  });

  it('holds a small slew of the clock and a rare late arrival against nobody', () => {
    const rows = runRows({ hours: 1, series: {}, ratePerMinute: 600 });
    for (const window of rows.windows) {
      window.clock.stepMs = 20;
      window.iterations.late = 1;
    }
    expect(accountTime(rows, spanOf(rows)).account.notOfferedMs).toBe(0);
  });
});
