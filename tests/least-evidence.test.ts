import { describe, expect, it } from 'vitest';
import { requestsForQuantile } from '../src/detect/drift.ts';
import { MIN_BINS, MIN_GROWTH_HOURS } from '../src/detect/growth.ts';
import { BINS_FOR_TREND, HOURS_FOR_GROWTH, REQUESTS_FOR_QUANTILE } from '../src/model/least-evidence.ts';
import { REQUESTS_FOR } from '../src/verdict/criteria/response-time.ts';

describe('what `plan` says a criterion needs', () => {
  it('is what the verdict asks for', () => {
    const { p50, p95, p99 } = REQUESTS_FOR_QUANTILE;
    expect(REQUESTS_FOR).toEqual({ 0.5: p50, 0.95: p95, 0.99: p99 });
    expect([0.5, 0.95, 0.99].map(requestsForQuantile)).toEqual([p50, p95, p99]);
    expect(MIN_BINS).toBe(BINS_FOR_TREND);
    expect(MIN_GROWTH_HOURS).toBe(HOURS_FOR_GROWTH);
  });
});
