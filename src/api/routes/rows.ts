import { z } from 'zod';
import type { ArrivalPlan } from '../../model/plan.ts';
import { isFinal, type Run } from '../../model/run.ts';
import { SAMPLER_ROLES } from '../../model/sample.ts';
import { WINDOW_MS } from '../../model/window.ts';
import { buildPlan } from '../../plan/build.ts';
import { sampleIntervalMs } from '../../plan/sample-interval.ts';
import { editsOf } from '../../soak/edits.ts';
import { stateOf } from '../../soak/state.ts';
import { refusePruned } from '../../store/pruned.ts';
import type { Store } from '../../store/store.ts';
import { type Grid, gridOver, picked, refuseTooMany } from '../grid.ts';
import { runUnknown } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';
import { eachHour } from '../rows.ts';
import { SAMPLE_COLUMNS, SampleGrid } from '../sample-grid.ts';
import { instant, runEventSchema, runParams, wholeNumber } from '../schemas.ts';
import { LatencyGrid, WINDOW_COLUMNS, WindowGrid } from '../window-grid.ts';

/** Why a run has no windows, durations and samples any more. */
export const ROWS_GONE = 'the rows of the run are past their retention and deleted (`rows_pruned`)';

/** No run samples more often. */
const SAMPLE_BASE_MS = 1_000;
const FIVE_MINUTES_MS = 300_000;
/** No more series are sampled in one run than this by far; it bounds one answer. */
const MAX_SERIES = 200;

export const rangeQuery = {
  from: instant.describe('Unix ms or ISO time; the start of the run unless told').optional(),
  to: instant.describe('exclusive; the end of the run, or now, unless told').optional(),
};
const stepQuery = {
  step: wholeNumber(1_000, 86_400_000)
    .describe('milliseconds; the finest that stays under 2000 entries unless told')
    .optional(),
};

/** Names out of a fixed list, separated by commas; all of them when absent. */
const namesOf = <Name extends string>(known: readonly Name[]) =>
  z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(known)))
    .optional();

const digits = wholeNumber(2, 15).describe('significant digits of each value, rounded; all unless told').optional();

const gridShape = {
  runId: z.string(),
  fromMs: z.number().describe('start of the first step, Unix ms'),
  stepMs: z.number(),
  count: z.int().describe('length of every array'),
};
const column = z.array(z.number().nullable());

const windows = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}/windows',
  operationId: 'getWindows',
  summary:
    'Load over time on a regular grid: counters, and latency on a grid of its own; null where nothing was measured',
  access: 'read',
  params: runParams,
  query: z.strictObject({
    ...rangeQuery,
    ...stepQuery,
    columns: namesOf(WINDOW_COLUMNS).describe('names of columns, separated by commas; all unless told'),
    digits,
  }),
  answer: {
    status: 200,
    description: 'columns of equal length',
    schema: z.strictObject({
      ...gridShape,
      columns: z.strictObject(Object.fromEntries(WINDOW_COLUMNS.map((name) => [name, column.optional()]))),
      latency: z
        .strictObject({
          fromMs: gridShape.fromMs,
          stepMs: gridShape.stepMs,
          count: gridShape.count,
          p50Ms: column,
          p95Ms: column,
          p99Ms: column,
        })
        .describe('of all requests, a failed one counted as no faster than the time-out'),
    }),
  },
  problems: { 404: 'no such run', 410: ROWS_GONE },
  async handle({ params, query }, { store, clock }) {
    const { run, plan } = await runWithRows(store, params.id);
    const { fromMs, untilMs } = rangeOf(plan, query, clock.now());
    const grid = gridOver(fromMs, untilMs, WINDOW_MS, query.step);
    const counters = new WindowGrid(grid);
    counters.addPlan(plan);
    const latencyStepMs = Math.ceil(grid.stepMs / sketchStepMs(run)) * sketchStepMs(run);
    const latencyGrid = gridOver(fromMs, untilMs, sketchStepMs(run), latencyStepMs);
    const latency = new LatencyGrid(latencyGrid, run.profile.workload.timeoutMs);
    const rows = rowsBetween(run, plan, clock.now());
    await eachHour(...rows(grid), async (range) => {
      for (const window of await store.windows(run.id, range)) counters.add(window);
    });
    counters.close();
    const [latencyFromMs, latencyUntilMs] = rows(latencyGrid);
    // The slice that holds the beginning of the grid may have begun before it.
    await eachHour(latencyFromMs - sketchStepMs(run), latencyUntilMs, async (range) => {
      for (const row of await store.sketches(run.id, range)) latency.add(row);
    });
    const columns = picked(counters.columns, query.columns ?? WINDOW_COLUMNS, query.digits);
    const quantiles = picked(latency.columns(), ['p50Ms', 'p95Ms', 'p99Ms'], query.digits);
    return { runId: run.id, ...grid, columns, latency: { ...latencyGrid, ...quantiles } };
  },
});

const samples = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}/samples',
  operationId: 'getSamples',
  summary: 'Sampled series on a regular grid: min, mean, max and last of each step; null where the source gave nothing',
  access: 'read',
  params: runParams,
  query: z.strictObject({
    ...rangeQuery,
    ...stepQuery,
    series: z
      .string()
      .transform((text) => text.split(',').filter((id) => id !== ''))
      .pipe(z.array(z.string()).max(MAX_SERIES))
      .describe('ids, separated by commas; all unless told')
      .optional(),
    columns: namesOf(SAMPLE_COLUMNS).describe('of min, mean, max, last, separated by commas; all unless told'),
    digits,
  }),
  answer: {
    status: 200,
    description: 'one entry a series',
    schema: z.strictObject({
      ...gridShape,
      series: z.array(
        z.strictObject({
          id: z.string(),
          source: z.string(),
          kind: z.string(),
          unit: z.string(),
          role: z.enum([...SAMPLER_ROLES, 'generator', 'self']),
          leakCandidate: z.boolean(),
          memory: z.boolean(),
          collected: z.boolean().optional(),
          ...{ min: column.optional(), mean: column.optional(), max: column.optional(), last: column.optional() },
        }),
      ),
    }),
  },
  problems: { 404: 'no such run', 410: ROWS_GONE },
  async handle({ params, query }, { store, clock }) {
    const { run, plan } = await runWithRows(store, params.id);
    const { fromMs, untilMs } = rangeOf(plan, query, clock.now());
    const grid = gridOver(
      fromMs,
      untilMs,
      SAMPLE_BASE_MS,
      query.step,
      sampleIntervalMs(run.profile.monitoring.intervalMs, run.compression),
    );
    const known = (await store.series(run.id)).filter(({ id }) => query.series?.includes(id) ?? true);
    refuseTooMany(grid, known.length);
    const grids = new Map(known.map((info) => [info.id, new SampleGrid(grid)]));
    if (known.length > 0) {
      await eachHour(...rowsBetween(run, plan, clock.now())(grid), async (range) => {
        const found = await store.samples(run.id, { ...range, series: [...grids.keys()] });
        for (const sample of found) grids.get(sample.series)?.add(sample);
      });
    }
    const series = known.map((info) => ({
      ...info,
      ...picked((grids.get(info.id) ?? new SampleGrid(grid)).columns, query.columns ?? SAMPLE_COLUMNS, query.digits),
    }));
    return { runId: run.id, ...grid, series };
  },
});

const events = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}/events',
  operationId: 'getEvents',
  summary: 'What happened, oldest first, a page at a time',
  access: 'read',
  params: runParams,
  query: z.strictObject({
    ...rangeQuery,
    after: wholeNumber(0, Number.MAX_SAFE_INTEGER).describe('`nextAfter` of the page before').optional(),
    limit: wholeNumber(1, 1_000).describe('events a page, 200 unless told').optional(),
  }),
  answer: {
    status: 200,
    description: 'a page',
    schema: z.strictObject({
      runId: z.string(),
      events: z.array(runEventSchema),
      nextAfter: z.int().nullable().describe('null on the last page'),
    }),
  },
  problems: { 404: 'no such run' },
  async handle({ params, query }, { store }) {
    const { id } = params;
    if ((await store.run(id)) === null) throw runUnknown(id);
    const limit = query.limit ?? 200;
    const page = await store.events(id, {
      ...(query.from === undefined ? {} : { fromMs: query.from }),
      ...(query.to === undefined ? {} : { untilMs: query.to }),
      ...(query.after === undefined ? {} : { afterId: query.after }),
      limit: limit + 1,
    });
    const shown = page.slice(0, limit);
    return { runId: id, events: shown, nextAfter: page.length > limit ? (shown.at(-1)?.id ?? null) : null };
  },
});

export async function runAndPlan(store: Store, id: string): Promise<{ run: Run; plan: ArrivalPlan }> {
  const run = await store.run(id);
  if (run === null) throw runUnknown(id);
  const { startMs, compression } = run;
  return { run, plan: buildPlan(run.profile, { startMs, compression }, editsOf(await store.actions(id))) };
}

/** `runAndPlan` for what needs windows, durations or samples. Rejects with `rows_pruned` too: an empty answer would look as if nothing had been. */
export async function runWithRows(store: Store, id: string): Promise<{ run: Run; plan: ArrivalPlan }> {
  const found = await runAndPlan(store, id);
  await refuseWithoutRows(store, id);
  return found;
}

/** Rejects with `rows_pruned` for a run whose rows are past their retention. One that lives still has them all. */
export async function refuseWithoutRows(store: Store, id: string): Promise<void> {
  if (isFinal(stateOf(await store.transitions(id)))) refusePruned(id, await store.events(id));
}

/** The whole run as far as it went, or what was asked for. */
export function rangeOf(
  plan: ArrivalPlan,
  query: { from?: number | undefined; to?: number | undefined },
  nowMs: number,
): { fromMs: number; untilMs: number } {
  return {
    fromMs: query.from ?? plan.startMs,
    untilMs: query.to ?? Math.max(plan.startMs, Math.min(plan.endMs, nowMs)),
  };
}

/** Clocks are stepped, but hardly by more: rows of a run are not looked for beyond. */
const SLACK_MS = 86_400_000;

/** The part of a grid in which the run can have rows: a request for fifty years must not look into each hour of them. */
export const rowsBetween =
  ({ createdMs }: Run, { startMs, endMs }: ArrivalPlan, nowMs: number) =>
  ({ fromMs, stepMs, count }: Grid): [number, number] => [
    Math.max(fromMs, Math.min(createdMs, startMs) - SLACK_MS),
    Math.min(fromMs + count * stepMs, Math.max(endMs, nowMs) + SLACK_MS),
  ];

/** Sketches are kept for five minutes, in a rehearsal for each window. */
const sketchStepMs = (run: Run): number => (run.compression > 1 ? WINDOW_MS : FIVE_MINUTES_MS);

export const rowRoutes: Route[] = [windows, samples, events];
