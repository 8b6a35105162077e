import { z } from 'zod';
import type { BaselineChange } from '../../compare/baselines.ts';
import type { GateAnswer } from '../../compare/gate.ts';
import type { History, HistoryRow } from '../../compare/history.ts';
import type { RunOrderTrend } from '../../compare/trend-over-runs.ts';
import type { Baseline } from '../../model/baseline.ts';
import type { ComparedNumber, RunComparison, RunSide } from '../../model/comparison.ts';
import type { Outcome4 } from '../../model/verdict.ts';

const unixMs = z.number().describe('Unix milliseconds');
const orNull = z.number().nullable();
const outcome = z.enum(['passed', 'failed', 'inconclusive', 'aborted']) satisfies z.ZodType<Outcome4>;

export const gateSchema = z
  .strictObject({
    exitCode: z
      .union([z.literal(0), z.literal(1), z.literal(3), z.literal(4)])
      .describe('0 passed, 1 failed, 3 inconclusive or no run that counts, 4 aborted'),
    outcome: outcome.nullable(),
    why: z.string(),
    runId: z.string().nullable(),
    build: z.string().nullable(),
    target: z.string().nullable().describe('what the run soaked'),
    environment: z.string().nullable(),
    endedMs: unixMs.nullable(),
  })
  .meta({ id: 'GateAnswer' }) satisfies z.ZodType<GateAnswer>;

const values = z.strictObject({ growth: orNull, p95: orNull, errors: orNull, mttr: orNull });

const historyRow = z.strictObject({
  runId: z.string(),
  startMs: unixMs,
  build: z.string().nullable(),
  outcome,
  judgedMs: z.number(),
  values: values.describe('percent per 24 h, milliseconds, percent, seconds'),
}) satisfies z.ZodType<HistoryRow>;

const trend = z.strictObject({
  direction: z.enum(['rising', 'falling', 'none', 'too_few']).describe('at a level of 5 %; higher is worse'),
  runs: z.int(),
  perRun: orNull.describe('median change from one run to the next'),
  probability: orNull.describe('of an order at least as clear without a trend'),
}) satisfies z.ZodType<RunOrderTrend>;

export const historySchema = z
  .strictObject({
    profile: z.string(),
    runs: z.array(historyRow),
    trends: z.strictObject({ growth: trend, p95: trend, errors: trend, mttr: trend }),
  })
  .meta({ id: 'History' }) satisfies z.ZodType<History>;

export const baselineSchema = z
  .strictObject({ profile: z.string(), name: z.string(), runId: z.string(), promotedMs: unixMs, who: z.string() })
  .meta({ id: 'Baseline' }) satisfies z.ZodType<Baseline>;

export const baselineListSchema = z.strictObject({
  baselines: z.array(baselineSchema),
  changes: z
    .array(
      z.strictObject({
        ...baselineSchema.shape,
        change: z.enum(['promoted', 'removed']).describe('`promotedMs` is when, `who` by whom'),
      }) satisfies z.ZodType<BaselineChange>,
    )
    .describe('the last hundred, oldest first'),
});

const side = z.strictObject({
  runId: z.string(),
  profile: z.string(),
  build: z.string().nullable(),
  startMs: unixMs,
  outcome,
}) satisfies z.ZodType<RunSide>;

const number = z
  .strictObject({
    group: z.enum(['criterion', 'growth', 'duration', 'errors', 'resource']),
    name: z.string(),
    unit: z.string(),
    before: orNull,
    after: orNull,
    change: z
      .strictObject({
        by: z.enum(['percent', 'unit']).describe('in percent of the earlier, or in the unit'),
        estimate: z.number(),
        low: orNull,
        high: orNull,
      })
      .nullable()
      .describe('with a 95 % interval; null: nothing can be said'),
    judgement: z.enum(['worse', 'better', 'same', 'unknown']),
    note: z.string().describe('why it is unknown; else empty'),
  })
  .meta({ id: 'ComparedNumber' }) satisfies z.ZodType<ComparedNumber>;

export const comparisonSchema = z
  .strictObject({
    before: side,
    after: side,
    differences: z
      .array(z.string())
      .describe('why a difference need not be the build: other load, profile, target, duration'),
    sharedLoad: z.number().describe('share of the time that both spent at like loads, 0 to 1'),
    numbers: z.array(number),
  })
  .meta({ id: 'RunComparison' }) satisfies z.ZodType<RunComparison>;
