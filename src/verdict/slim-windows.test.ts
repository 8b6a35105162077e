import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR_MS, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { judgedTime } from './judged-time.ts';
import { SlimWindows } from './slim-windows.ts';
import { spanOf } from './span.ts';

const at = (hour: number): number => START_MS + hour * HOUR_MS;

const anyScript: fc.Arbitrary<RunScript> = fc.record({
  hours: fc.constant(4),
  seed: fc.integer({ min: 1, max: 1e6 }),
  ratePerMinute: fc.constantFrom(3, 60, 600),
  warmupMs: fc.constantFrom(0, HOUR_MS / 2),
  series: fc.constant({}),
  names: fc.constantFrom(['GET /'], ['GET /', 'POST /chat']),
  failures: fc.constantFrom<NonNullable<RunScript['failures']>>(
    () => ({}),
    () => ({ http_error: 0.05 }),
    (atMs) => (atMs % (2 * HOUR_MS) < 90_000 ? { timeout: 1 } : {}),
    (atMs) => (atMs % (2 * HOUR_MS) < 90_000 ? { connect: 0.7, http_error: 0.1 } : {}),
  ),
  hung: fc.constantFrom({ fromMs: at(1), untilMs: at(1.1) }, { fromMs: at(9), untilMs: at(9) }),
  gaps: fc.subarray<NonNullable<RunScript['gaps']>[number]>([
    { fromMs: at(0.6), untilMs: at(0.7), kind: 'absent' },
    { fromMs: at(2.2), untilMs: at(2.3), kind: 'stalled' },
    { fromMs: at(3.1), untilMs: at(3.2), kind: 'stepped' },
  ]),
});

describe('slim windows', () => {
  it('tell of judged time, gaps and outages what whole ones tell', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const rows = runRows(script);
        const slim = new SlimWindows();
        for (const window of rows.windows) slim.add(window);
        const span = spanOf(rows);
        expect(spanOf({ ...rows, windows: slim.rows })).toEqual(span);
        expect(judgedTime({ ...rows, windows: slim.rows }, span)).toEqual(judgedTime(rows, span));
      }),
      { numRuns: 40 },
    );
  });

  it('share what is the same in all that went well', () => {
    const slim = new SlimWindows();
    const [window] = runRows({ hours: 1, ratePerMinute: 600, series: {} }).windows;
    if (window === undefined) throw new Error('a window');
    slim.add(window);
    slim.add({ ...window, sequence: 1 });
    expect(slim.rows[1]?.requests).toBe(slim.rows[0]?.requests);
    expect(slim.rows[1]?.iterations).toBe(slim.rows[0]?.iterations);
  });
});
