/** What a page needs beside the grids to draw a run: stretches of time, fitted lines, requests by name. */
import { z } from 'zod';
import { isFinal } from '../../model/run.ts';
import type { RequestDrift, SeriesGrowth } from '../../model/verdict.ts';
import { excludedStretches } from '../../plan/exclusions.ts';
import { pausedStretches } from '../../plan/rate.ts';
import { stateOf } from '../../soak/state.ts';
import { judgedTime } from '../../verdict/judged-time.ts';
import { SlimWindows } from '../../verdict/slim-windows.ts';
import { spanOf } from '../../verdict/span.ts';
import { trendLine } from '../../verdict/trend-line.ts';
import { RequestTable } from '../request-table.ts';
import { defineRoute, type Route } from '../route.ts';
import { eachHour } from '../rows.ts';
import { requestDriftSchema, runParams, seriesGrowthSchema } from '../schemas.ts';
import { ROWS_GONE, rangeOf, rangeQuery, rowsBetween, runAndPlan, runWithRows } from './rows.ts';

const STRETCH_KINDS = ['warmup', 'paused', 'excluded', 'not_offered', 'outage', 'calibration'] as const;

interface TimelineStretch {
  kind: (typeof STRETCH_KINDS)[number];
  fromMs: number;
  untilMs: number;
  reason: string;
}

const timeline = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}/timeline',
  operationId: 'getTimeline',
  summary:
    'Stretches of a run that are not like the rest: warm-up, pauses, exclusions, no load offered, outages, calibration',
  access: 'read',
  params: runParams,
  answer: {
    status: 200,
    description: 'in order of their start; those of the plan may lie in the future',
    schema: z.strictObject({
      runId: z.string(),
      startMs: z.number(),
      endMs: z.number().describe('of the plan, or where the run was stopped'),
      untilMs: z.number().describe('how far the run is known: its end, or its newest window'),
      stretches: z.array(
        z.strictObject({
          kind: z.enum(STRETCH_KINDS),
          fromMs: z.number(),
          untilMs: z.number(),
          reason: z.string(),
        }),
      ),
    }),
  },
  problems: { 404: 'no such run', 410: ROWS_GONE },
  async handle({ params }, { store, clock }) {
    const { run, plan } = await runWithRows(store, params.id);
    const transitions = await store.transitions(run.id);
    const windows = new SlimWindows();
    await eachHour(plan.startMs, Math.min(plan.endMs, clock.now()), async (range) => {
      for (const window of await store.windows(run.id, range)) windows.add(window);
    });
    const span = spanOf({ run, plan, transitions, windows: windows.rows }, clock.now());
    const begun = span.endMs > span.startMs;
    const { notOffered, outages } = begun
      ? judgedTime({ run, plan, windows: windows.rows }, span)
      : { notOffered: [], outages: [] };
    const warmupEndMs = plan.startMs + run.profile.traffic.warmupMs / plan.compression;
    const endMs = span.live ? plan.endMs : span.endMs;
    const stretches: TimelineStretch[] = [
      ...(warmupEndMs > plan.startMs
        ? [{ kind: 'warmup' as const, fromMs: plan.startMs, untilMs: warmupEndMs, reason: 'warm-up, not judged' }]
        : []),
      ...pausedStretches(plan).map((one) => ({ kind: 'paused' as const, ...one, reason: 'paused by an operator' })),
      ...excludedStretches(run.profile, plan).map((one) => ({ kind: 'excluded' as const, ...one })),
      ...notOffered.map((one) => ({ kind: 'not_offered' as const, ...one })),
      ...outages.map((one) => ({
        ...{ kind: 'outage' as const, fromMs: one.startMs, untilMs: one.endMs ?? span.endMs, reason: one.cause },
      })),
      ...plan.calibration.map(({ fromMs, untilMs, requestsPerMinute }) => {
        const reason = `calibration at ${Math.round(requestsPerMinute)} requests a minute`;
        return { kind: 'calibration' as const, fromMs, untilMs, reason };
      }),
    ];
    return {
      runId: run.id,
      startMs: plan.startMs,
      endMs,
      untilMs: span.endMs,
      stretches: stretches
        .filter(({ fromMs }) => fromMs < endMs)
        .map((one) => ({ ...one, untilMs: Math.min(one.untilMs, endMs) }))
        .toSorted((a, b) => a.fromMs - b.fromMs),
    };
  },
});

const line = z
  .array(
    z.strictObject({
      atMs: z.number(),
      value: z.number(),
      low: z.number().nullable(),
      high: z.number().nullable(),
    }),
  )
  .describe(
    'corners of the fitted line at median load, two at one instant are a step; `low` and `high`: by the ends of the 95 % interval of the growth',
  );

const trends = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}/trends',
  operationId: 'getTrends',
  summary:
    'What is said of each series and of the response times, with the line that was fitted; of a live run as it stands',
  access: 'read',
  params: runParams,
  answer: {
    status: 200,
    description: 'empty before anything was judged',
    schema: z.strictObject({
      runId: z.string(),
      growth: z.array(z.strictObject({ trend: seriesGrowthSchema, line })),
      drift: z.array(z.strictObject({ trend: requestDriftSchema, line })),
    }),
  },
  problems: { 404: 'no such run' },
  async handle({ params }, { store, control, clock }) {
    const { run, plan } = await runAndPlan(store, params.id);
    const status = control.status(run.id);
    const verdict = status === null ? await store.verdict(run.id) : null;
    const growth: SeriesGrowth[] = verdict?.growth ?? status?.series.flatMap((one) => one.growth ?? []) ?? [];
    const drift: RequestDrift[] = verdict?.drift ?? status?.drift ?? [];
    const transitions = await store.transitions(run.id);
    const finishedMs = isFinal(stateOf(transitions)) ? transitions.at(-1)?.atMs : undefined;
    const untilMs = Math.min(plan.endMs, finishedMs ?? clock.now());
    return {
      runId: run.id,
      growth: growth.map((trend) => ({ trend, line: trendLine(trend, plan, untilMs) })),
      drift: drift.map((trend) => ({ trend, line: trendLine({ ...trend, startLevel: trend.startMs }, plan, untilMs) })),
    };
  },
});

const count = z.int().nonnegative();
const duration = z.number().nullable();

const requests = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}/requests',
  operationId: 'getRequests',
  summary: 'Requests by name over a stretch: how many, what became of them, how long they took',
  access: 'read',
  params: runParams,
  query: z.strictObject({ ...rangeQuery }),
  answer: {
    status: 200,
    description:
      'those with most requests first; stored durations decide, so that an end within five minutes counts as a whole or not',
    schema: z.strictObject({
      runId: z.string(),
      fromMs: z.number(),
      untilMs: z.number(),
      requests: z.array(
        z.strictObject({
          name: z.string(),
          requests: count,
          failed: count,
          byOutcome: z.strictObject({ ok: count, http_error: count, timeout: count, connect: count }),
          p50Ms: duration.describe('of all requests, a failed one counted as no faster than the time-out'),
          p95Ms: duration,
          p99Ms: duration,
        }),
      ),
    }),
  },
  problems: { 404: 'no such run', 410: ROWS_GONE },
  async handle({ params, query }, { store, clock }) {
    const { run, plan } = await runWithRows(store, params.id);
    const { fromMs, untilMs } = rangeOf(plan, query, clock.now());
    const table = new RequestTable(run.profile.workload.timeoutMs);
    const whole = { fromMs, stepMs: Math.max(0, untilMs - fromMs), count: 1 };
    await eachHour(...rowsBetween(run, plan, clock.now())(whole), async (range) => {
      for (const row of await store.sketches(run.id, range)) table.add(row);
    });
    return { runId: run.id, fromMs, untilMs, requests: table.lines() };
  },
});

export const chartRoutes: Route[] = [timeline, trends, requests];
