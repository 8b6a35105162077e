/** The model as it goes over the wire: the same types, written for zod so that OpenAPI and tests follow from them. */
import { z } from 'zod';
import { isoTime } from '../base/iso-time.ts';
import type { PlanEdit } from '../model/plan.ts';
import { type Action, RUN_STATES, type Run, type RunEvent, type RunState, type Transition } from '../model/run.ts';
import type { RunStatus } from '../model/status.ts';
import {
  type CriterionResult,
  type Outcome4,
  type RequestDrift,
  type SeriesGrowth,
  TREND_STATES,
  type Verdict,
} from '../model/verdict.ts';
import { addedMs } from '../plan/edits.ts';
import { editsOf } from '../soak/edits.ts';

const unixMs = z.number().describe('Unix milliseconds');
const orNull = z.number().nullable();
const counter = z.int().nonnegative();

export const runStateSchema = z.enum(RUN_STATES);

const outcome = z.enum(['passed', 'failed', 'inconclusive', 'aborted']) satisfies z.ZodType<Outcome4>;

const interval = z
  .strictObject({ low: orNull, high: orNull })
  .nullable()
  .describe('95 % interval; null where none exists, one side may be open');

const seriesTrend = {
  state: z.enum(TREND_STATES).describe('`leak` is said of growth, `drift` of durations'),
  why: z.string().describe('one sentence: what was seen, what was ruled out, what is missing'),
  growthPercentPer24h: orNull.describe('with the load taken out, relative to the level without the growth'),
  interval,
  detectablePercentPer24h: orNull.describe('the smallest growth that would have been called by now'),
  onsetMs: unixMs.nullable().describe('where it begins to grow; null unless it is suspected or called'),
  firstCalledMs: unixMs.nullable().describe('first instant at which it was called; null unless it is'),
  changePoints: z.array(
    z.strictObject({
      atMs: unixMs.describe('first reading at the new level'),
      label: z.string().describe('what happened then, or `unexplained`'),
      before: orNull,
      after: orNull,
    }),
  ),
};

export const seriesGrowthSchema = z
  .strictObject({
    series: z.string(),
    unit: z.string(),
    startLevel: orNull.describe('level without the growth, at median load'),
    growthPer24h: orNull,
    growthPer1000Requests: orNull,
    samples: counter,
    exhaustion: z
      .strictObject({ atMs: unixMs, lowMs: unixMs, highMs: unixMs.nullable() })
      .nullable()
      .describe('when the limit is reached; null where none is known or nothing is called'),
    ...seriesTrend,
  })
  .meta({ id: 'SeriesGrowth' }) satisfies z.ZodType<SeriesGrowth>;

export const requestDriftSchema = z
  .strictObject({
    request: z.string().nullable().describe('name of the request; null: all together'),
    startMs: orNull.describe('P95 without the drift, milliseconds'),
    requests: counter,
    readings: counter.describe('stretches with a P95 of 200 requests or more'),
    ...seriesTrend,
  })
  .meta({ id: 'RequestDrift' }) satisfies z.ZodType<RequestDrift>;

const criterionResult = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    comparison: z.enum(['>=', '>', '<=', '<', '==']),
    target: orNull.describe('null: it depends on a baseline, and there is none'),
    targetText: z.string(),
    unit: z.string(),
    actual: orNull,
    interval,
    evidence: z.string(),
    status: z.enum(['pass', 'fail', 'inconclusive', 'not_applicable']),
    why: z.string(),
    worst: z.string().nullable(),
    fromProfile: z.boolean(),
  })
  .meta({ id: 'CriterionResult' }) satisfies z.ZodType<CriterionResult>;

export const runEventSchema = z
  .strictObject({
    id: z.int(),
    atMs: unixMs,
    kind: z.string().describe('stable: target_restarted, clock_stepped, gap, …'),
    severity: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'RunEvent' }) satisfies z.ZodType<RunEvent>;

const iterations = z.strictObject({
  planned: z.number(),
  started: z.number(),
  starved: z.number(),
  late: z.number(),
  paused: z.number(),
  interrupted: z.number(),
});

const latency = { p50Ms: orNull, p95Ms: orNull, p99Ms: orNull };

export const runStatusSchema = z
  .strictObject({
    runId: z.string(),
    name: z.string(),
    targetUrl: z.string(),
    state: runStateSchema,
    rehearsal: z.boolean(),
    compression: z.number(),
    nowMs: unixMs,
    startMs: unixMs,
    endMs: unixMs,
    elapsedMs: z.number(),
    leftMs: z.number(),
    hourOfRun: z.number().describe('hours of profile time since the start'),
    profileClock: z.string().describe("wall-clock time in the profile's zone: `Sat 14:05`"),
    level: z.enum(['normal', 'peak', 'stress']).nullable(),
    judging: z.boolean().describe('what happens now counts: no warm-up, no pause, no excluded time'),
    rate: z.strictObject({
      plannedPerMinute: z.number().describe('at this instant'),
      recentlyPlannedPerMinute: orNull.describe('over the same minute as offered and served'),
      offeredPerMinute: orNull,
      servedPerMinute: orNull,
      factor: z.number(),
    }),
    latency: z.strictObject(latency).describe('total duration over the last five minutes'),
    errorRatePercent: z.strictObject({ recent: orNull, soFar: orNull }),
    availabilityPercent: orNull,
    requests: z.strictObject({
      total: counter,
      failed: counter,
      byOutcome: z.strictObject({ ok: counter, http_error: counter, timeout: counter, connect: counter }),
    }),
    iterations,
    inFlight: z.strictObject({ requests: z.number(), oldestRequestMs: orNull }),
    series: z.array(
      z.strictObject({
        id: z.string(),
        unit: z.string(),
        role: z.string(),
        last: orNull,
        atMs: unixMs.nullable(),
        growth: seriesGrowthSchema.nullable(),
      }),
    ),
    drift: z.array(requestDriftSchema),
    criteria: z.array(criterionResult),
    events: z.array(runEventSchema).describe('newest last, at most 20'),
    health: z.strictObject({
      storeBacklogRows: counter,
      droppedRows: counter,
      missedTicks: counter,
      generatorLagMs: orNull,
      problems: z.array(z.string()),
    }),
    standing: z
      .strictObject({
        outcome,
        headline: z.string().describe('one sentence'),
        computedMs: unixMs,
        final: z.boolean().describe('the run is over; else what it would be if it ended now'),
      })
      .nullable()
      .describe('null before the first judgement'),
    verdictOutcome: z.string().nullable(),
  })
  .meta({ id: 'RunStatus' }) satisfies z.ZodType<RunStatus>;

export const runSummarySchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    targetUrl: z.string(),
    createdMs: unixMs,
    startMs: unixMs,
    endMs: unixMs.describe('planned end; `extend` moves it'),
    compression: z.number(),
    rehearsal: z.boolean(),
    environment: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    startedBy: z.string(),
    soakdVersion: z.string(),
    state: runStateSchema,
    outcome: outcome.nullable().describe('of a rehearsal what it would have been; null while the run is not over'),
    endedMs: unixMs.nullable(),
    live: z.boolean().describe('it runs in the process that answers'),
  })
  .meta({ id: 'RunSummary' });

export type RunSummary = z.infer<typeof runSummarySchema>;

/** What is known of a run beside the row of its creation. */
export interface RunNow {
  state: RunState;
  outcome: Outcome4 | null;
  endedMs: number | null;
  live: boolean;
  actions: readonly Action[];
}

/** What a list of runs shows of one. */
export function summaryOf(run: Run, { state, outcome, endedMs, live, actions }: RunNow): RunSummary {
  const { id, name, targetUrl, createdMs, startMs, compression, rehearsal } = run;
  const endMs = run.endMs + addedMs(editsOf(actions));
  const { environment, labels, startedBy, soakdVersion } = run;
  return {
    ...{ id, name, targetUrl, createdMs, startMs, endMs, compression, rehearsal },
    ...{ environment, labels, startedBy, soakdVersion, state, outcome, endedMs, live },
  };
}

const transitionSchema = z.strictObject({
  atMs: unixMs,
  from: runStateSchema.nullable(),
  to: runStateSchema,
  reason: z.string(),
}) satisfies z.ZodType<Transition>;

const planEdit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rate'), atMs: unixMs, factor: z.number(), untilMs: unixMs.nullable() }),
  z.strictObject({ kind: z.literal('pause'), atMs: unixMs }),
  z.strictObject({ kind: z.literal('resume'), atMs: unixMs }),
  z.strictObject({ kind: z.literal('extend'), atMs: unixMs, byMs: z.number() }),
]) satisfies z.ZodType<PlanEdit>;

export const actionSchema = z
  .strictObject({
    id: z.int(),
    atMs: unixMs,
    who: z.string(),
    kind: z.enum(['rate', 'pause', 'resume', 'extend', 'stop', 'annotate']),
    text: z.string(),
    edit: planEdit.nullable(),
  })
  .meta({ id: 'Action', description: 'an audit row: who did what, when' }) satisfies z.ZodType<Action>;

export const runDetailSchema = z
  .strictObject({
    ...runSummarySchema.shape,
    profileSource: z.string().describe('the YAML as it was written, without secrets that stand in it'),
    profile: z
      .record(z.string(), z.unknown())
      .describe('the same with every default filled in, milliseconds throughout'),
    transitions: z.array(transitionSchema),
    actions: z.array(actionSchema),
  })
  .meta({ id: 'Run' });

const time = z.strictObject({
  totalMs: z.number(),
  warmupMs: z.number(),
  judgedMs: z.number(),
  excludedMs: z.number(),
  notOfferedMs: z.number(),
  pausedMs: z.number(),
  notOffered: z.array(z.strictObject({ reason: z.string(), ms: z.number() })),
  excluded: z.array(z.strictObject({ reason: z.string(), ms: z.number() })),
});

export const verdictSchema = z
  .strictObject({
    outcome,
    rehearsal: z.boolean().describe('then `outcome` is what it would have been'),
    headline: z.string(),
    reasons: z.array(z.string()),
    criteria: z.array(criterionResult),
    time,
    outages: z.array(
      z.strictObject({
        startMs: unixMs,
        endMs: unixMs.nullable(),
        failures: z.number(),
        cause: z.string(),
        judgedMs: z.number(),
      }),
    ),
    growth: z.array(seriesGrowthSchema),
    drift: z.array(requestDriftSchema),
    requests: z.strictObject({
      total: z.number(),
      failed: z.number(),
      starved: z.number(),
      byOutcome: z.record(z.string(), z.number()),
    }),
    iterations,
    latency: z.array(z.strictObject({ level: z.string(), requests: z.number(), ...latency })),
    losses: z.array(z.string()),
    computedMs: unixMs,
    settled: z.string().describe('of a live run: why its rest can change nothing').optional(),
  })
  .meta({ id: 'Verdict' }) satisfies z.ZodType<Verdict>;

/** An instant as Unix milliseconds or as ISO 8601 with zone, in a query. */
export const instant = z
  .string()
  .regex(/^-?\d{1,16}$|^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})$/, {
    error: 'is neither Unix milliseconds nor an ISO time with zone',
  })
  .transform((text) => (/^-?\d+$/.test(text) ? Number(text) : Date.parse(text)))
  .refine(Number.isFinite, {
    error: 'is no instant',
    params: { hint: `write for example ${isoTime(1_790_000_000_000)}` },
  });

/** A whole number in a query. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, { error: 'is not a whole number' })
    .transform(Number)
    .pipe(z.int().min(min).max(max));

/** Name of one of the operator's profiles; held against a list, never made into a path. */
export const profileName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}$/, { error: 'is no name of a profile' });

export const runParams = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/, { error: 'is no id of a run' })
    .describe('id of a run'),
});

export const who = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/\(token\b/i.test(text), {
    error: 'names a token',
    params: { hint: 'the name of the token is added by soakd' },
  })
  .describe('who does it, for the audit row; the name of the token, else the address of the client, when absent')
  .optional();
