import { z } from 'zod';
import { type ScheduledStart, START_OUTCOMES } from '../../model/schedule.ts';
import { defineRoute, type Route } from '../route.ts';
import { who, wholeNumber } from '../schemas.ts';
import { actorOf } from './actor.ts';

const unixMs = z.number().describe('Unix milliseconds');

export const scheduledStartSchema = z
  .strictObject({
    entry: z.string(),
    dueMs: unixMs.describe('when the entry wanted it'),
    outcome: z
      .enum(START_OUTCOMES)
      .describe('`starting` and `delayed` are open: being tried, or waiting for the target'),
    atMs: unixMs.describe('when it was settled'),
    runId: z.string().nullable().describe('the run that it made, or that absorbed it'),
    reason: z.string(),
  })
  .meta({ id: 'ScheduledStart' }) satisfies z.ZodType<ScheduledStart>;

const entrySchema = z
  .strictObject({
    name: z.string(),
    cron: z.string(),
    timezone: z.string(),
    weekOfMonth: z.int().nullable(),
    profile: z.string().nullable().describe('null: it is a request'),
    request: z.string().nullable().describe('`GET /health`; null: it is a run'),
    targetUrl: z.string().nullable(),
    onConflict: z.enum(['skip', 'delay', 'absorb']).nullable(),
    lengthMs: z.number().describe('real time'),
    rehearseMs: z.number().nullable(),
    lateLimitMs: z.number(),
    delayLimitMs: z.number(),
    enabled: z.boolean(),
    paused: z.boolean(),
    nextDueMs: unixMs.nullable(),
    last: scheduledStartSchema.nullable(),
  })
  .meta({ id: 'ScheduleEntry' });

export const scheduleViewSchema = z
  .strictObject({
    file: z.string().nullable().describe('null: nothing starts by itself'),
    nowMs: unixMs,
    clockOffsetMs: z.number().describe('a rehearsal of the schedule: it looks so far ahead'),
    paused: z.boolean().describe('all of it'),
    entries: z.array(entrySchema),
    open: z.array(scheduledStartSchema),
    starts: z
      .array(
        z.strictObject({
          entry: z.string(),
          timezone: z.string(),
          dueMs: unixMs,
          outcome: z.enum(['start', 'absorb', 'skip', 'missed', 'blackout', 'paused', 'waits']),
          reason: z.string(),
          startMs: unixMs.nullable().describe('after a delay; of an absorbed one its window in the other run'),
          endMs: unixMs.nullable(),
        }),
      )
      .describe('what would become of the starts to come, if every run takes its planned time: the first 500'),
    truncated: z.boolean().describe('more are due in this time than `starts` holds'),
  })
  .meta({ id: 'Schedule' });

export const historySchema = z.strictObject({ starts: z.array(scheduledStartSchema) });

const DAY_MS = 86_400_000;

const get = defineRoute({
  method: 'GET',
  path: '/v1/schedule',
  operationId: 'getSchedule',
  summary: 'What starts by itself, and what would become of the next starts',
  access: 'read',
  query: z.strictObject({ days: wholeNumber(1, 366).describe('how far ahead, 7 unless told').optional() }),
  answer: { status: 200, description: 'the schedule', schema: scheduleViewSchema },
  handle: ({ query }, { schedule }) => schedule.view((query.days ?? 7) * DAY_MS),
});

const entryParam = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, { error: 'is no name of an entry' })
  .describe('name of an entry');

const history = defineRoute({
  method: 'GET',
  path: '/v1/schedule/history',
  operationId: 'listScheduledStarts',
  summary: 'What became of starts, newest first',
  access: 'read',
  query: z.strictObject({
    entry: entryParam.optional(),
    limit: wholeNumber(1, 1000).describe('50 unless told').optional(),
  }),
  answer: { status: 200, description: 'starts', schema: historySchema },
  problems: { 404: 'no such entry' },
  async handle({ query }, { schedule }) {
    const { entry, limit = 50 } = query;
    return { starts: await schedule.history({ limit, ...(entry === undefined ? {} : { entry }) }) };
  },
});

const params = z.strictObject({ entry: entryParam });
const body = z.strictObject({ who }).meta({ id: 'ScheduleRequest' });

const start = defineRoute({
  method: 'POST',
  path: '/v1/schedule/{entry}/start',
  operationId: 'startEntry',
  summary: 'Start an entry now, whatever its conflicts, limits and pauses',
  access: 'change',
  params,
  body,
  answer: { status: 201, description: 'the start', schema: scheduledStartSchema },
  problems: {
    403: 'the target, a sampler or the load lies outside the fence of the daemon',
    404: 'no such entry',
    409: 'the target is being soaked already',
    422: 'the entry has no target, or its profile cannot be used',
    503: 'target, k6 or the store cannot be used now',
  },
  handle: ({ params: { entry }, body, request }, { schedule }) => schedule.startNow(entry, actorOf(body.who, request)),
});

/** `pause` and `resume`, of one entry and of all. */
function switchRoutes(verb: 'pause' | 'resume', does: string): Route[] {
  const view = { status: 200, description: 'the schedule', schema: scheduleViewSchema } as const;
  return [
    defineRoute({
      method: 'POST',
      path: `/v1/schedule/${verb}`,
      operationId: `${verb}Schedule`,
      summary: `${does}: every entry`,
      access: 'change',
      body,
      answer: view,
      async handle({ body, request }, { schedule }) {
        await schedule[verb](null, actorOf(body.who, request));
        return schedule.view(DAY_MS);
      },
    }),
    defineRoute({
      method: 'POST',
      path: `/v1/schedule/{entry}/${verb}`,
      operationId: `${verb}Entry`,
      summary: `${does}: one entry`,
      access: 'change',
      params,
      body,
      answer: view,
      problems: { 404: 'no such entry', 409: 'the whole schedule is paused' },
      async handle({ params: { entry }, body, request }, { schedule }) {
        await schedule[verb](entry, actorOf(body.who, request));
        return schedule.view(DAY_MS);
      },
    }),
  ];
}

export const scheduleRoutes: Route[] = [
  get,
  history,
  start,
  ...switchRoutes('pause', 'Nothing starts from now on'),
  ...switchRoutes('resume', 'Starts again; what fell into the pause is not made up for'),
];
