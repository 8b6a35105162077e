import { describe, expect, it } from 'vitest';
import { evaluate } from '../src/detect/trend/evaluate.ts';
import { BINS_FOR_TREND, HOURS_FOR_GROWTH, REQUESTS_FOR_QUANTILE } from '../src/model/least-evidence.ts';
import { REQUESTS_FOR } from '../src/verdict/criteria/response-time.ts';

/** Does a series of so many readings, `apartHours` from one to the next, get an answer? */
function isAnswered(readings: number, apartHours: number): boolean {
  const hours = Float64Array.from({ length: readings }, (_, at) => at * apartHours);
  const values = hours.map((_, at) => 100 + (at % 3));
  const question = { readings: { hours, values }, load: null, restarts: [], collected: false, leftOut: [] };
  return evaluate({ kind: 'drift', ...question }, readings * apartHours) !== null;
}

describe('what `plan` says a criterion needs', () => {
  it('is what the verdict asks for', () => {
    const { p50, p95, p99 } = REQUESTS_FOR_QUANTILE;
    expect(REQUESTS_FOR).toEqual({ 0.5: p50, 0.95: p95, 0.99: p99 });
  });

  it('is what the detectors answer to: readings and hours, of which the first belongs to the warm-up', () => {
    expect(isAnswered(BINS_FOR_TREND + 1, 1)).toBe(true);
    expect(isAnswered(BINS_FOR_TREND, 1)).toBe(false);
    expect(isAnswered(60 * HOURS_FOR_GROWTH, 1 / 60)).toBe(true);
    expect(isAnswered(60 * HOURS_FOR_GROWTH - 1, 1 / 60)).toBe(false);
  });
});
