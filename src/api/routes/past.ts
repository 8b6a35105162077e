/** What runs that are over say together: the gate of a pipeline, the trend from run to run, baselines. */
import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { baselineChanges, promoteBaseline, removeBaseline } from '../../compare/baselines.ts';
import { requireVerdict } from '../../compare/compare-stored.ts';
import { askGate } from '../../compare/gate.ts';
import { historyOf } from '../../compare/history.ts';
import { BASELINE_NAME, DEFAULT_BASELINE } from '../../model/baseline.ts';
import { defineRoute, type Route } from '../route.ts';
import { runParams, who, wholeNumber } from '../schemas.ts';
import { actorOf } from './actor.ts';
import { baselineListSchema, baselineSchema, comparisonSchema, gateSchema, historySchema } from './past-schemas.ts';
import { ROWS_GONE, refuseWithoutRows } from './rows.ts';

const profile = z.string().min(1, 'is empty').max(200).describe('name of a profile: `soak_test.name`');
const baselineName = z
  .string()
  .regex(BASELINE_NAME, { error: 'is no name of a baseline' })
  .describe(`name of the baseline; ${DEFAULT_BASELINE} when absent`)
  .optional();
const maxAge = z.string().transform((text, context) => {
  const read = parseDuration(text);
  if (read.ok) return read.value;
  context.addIssue({ code: 'custom', message: read.problem, params: { hint: read.hint } });
  return z.NEVER;
});

const gate = defineRoute({
  method: 'GET',
  path: '/v1/gate',
  operationId: 'askGate',
  summary: 'Did the last soak of a profile pass, lately enough? Rehearsals never count',
  access: 'read',
  query: z.strictObject({
    profile,
    build: z.string().min(1).max(200).describe('only runs of this build').optional(),
    target: z.string().min(1).max(2_000).describe('only runs against this address').optional(),
    environment: z.string().min(1).max(200).describe('only runs of this environment').optional(),
    max_age: maxAge.describe('a run that ended longer ago does not count: `8d`'),
  }),
  answer: { status: 200, description: 'the answer; `exitCode` is what a pipeline should end with', schema: gateSchema },
  handle({ query }, { store, clock }) {
    const { profile, build = null, target = null, environment = null, max_age: maxAgeMs } = query;
    return askGate(store, { profile, build, target, environment, maxAgeMs }, clock.now());
  },
});

const history = defineRoute({
  method: 'GET',
  path: '/v1/history',
  operationId: 'getHistory',
  summary: 'The last runs of a profile, and where growth, P95, errors and MTTR go from run to run',
  access: 'read',
  query: z.strictObject({ profile, last: wholeNumber(1, 200).describe('runs, 20 unless told').optional() }),
  answer: { status: 200, description: 'oldest run first', schema: historySchema },
  handle: ({ query }, { store }) => historyOf(store, { profile: query.profile, last: query.last ?? 20 }),
});

const compare = defineRoute({
  method: 'GET',
  path: '/v1/compare',
  operationId: 'compareRuns',
  summary: 'Two runs that are over, at like load: what became worse, better, or stayed the same',
  access: 'read',
  query: z.strictObject({
    a: runParams.shape.id.describe('the earlier run'),
    b: runParams.shape.id.describe('the later run, which is held against it'),
  }),
  answer: { status: 200, description: 'every number of both', schema: comparisonSchema },
  problems: { 404: 'no such run, or no verdict yet', 410: ROWS_GONE },
  async handle({ query }, { store, compare: ask }) {
    await requireVerdict(store, query.a);
    await requireVerdict(store, query.b);
    // Here, and not in the process that compares: its answer would have no code.
    await refuseWithoutRows(store, query.a);
    await refuseWithoutRows(store, query.b);
    return ask(query.a, query.b);
  },
});

const list = defineRoute({
  method: 'GET',
  path: '/v1/baselines',
  operationId: 'listBaselines',
  summary: 'Runs that others are held against, and who changed that',
  access: 'read',
  query: z.strictObject({ profile: profile.optional() }),
  answer: { status: 200, description: 'all, or those of one profile', schema: baselineListSchema },
  async handle({ query }, { duty }) {
    const changes = await baselineChanges(duty);
    return {
      baselines: await duty.baselines(query.profile),
      changes: changes.filter((one) => query.profile === undefined || one.profile === query.profile),
    };
  },
});

const promote = defineRoute({
  method: 'POST',
  path: '/v1/baselines',
  operationId: 'promoteBaseline',
  summary: 'Hold later runs of its profile against this one',
  access: 'change',
  body: z.strictObject({ run: runParams.shape.id, name: baselineName, who }).meta({ id: 'PromoteRequest' }),
  answer: { status: 201, description: 'the baseline', schema: baselineSchema },
  problems: {
    404: 'no such run',
    409: 'the run is not over, failed, was aborted, was a rehearsal, or has lost its rows to retention',
  },
  handle: ({ body, request }, { store, duty, clock }) =>
    promoteBaseline(
      { store, duty },
      { runId: body.run, name: body.name ?? DEFAULT_BASELINE, who: actorOf(body.who, request), nowMs: clock.now() },
    ),
});

const remove = defineRoute({
  method: 'POST',
  path: '/v1/baselines/remove',
  operationId: 'removeBaseline',
  summary: 'Hold no run against a baseline any more; the run itself stays',
  access: 'change',
  body: z.strictObject({ profile, name: baselineName, who }).meta({ id: 'RemoveBaselineRequest' }),
  answer: { status: 200, description: 'what was removed', schema: baselineSchema },
  problems: { 404: 'no such baseline' },
  handle: ({ body, request }, { duty, clock }) =>
    removeBaseline(
      { duty },
      {
        ...{ profile: body.profile, name: body.name ?? DEFAULT_BASELINE },
        ...{ who: actorOf(body.who, request), nowMs: clock.now() },
      },
    ),
});

export const pastRoutes: Route[] = [gate, history, compare, list, promote, remove];
