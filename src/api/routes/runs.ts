import { z } from 'zod';
import { digestOf } from '../../base/digest.ts';
import { SoakdError } from '../../base/errors.ts';
import { quote } from '../../base/parsed.ts';
import { shownSource, shownValue } from '../../config/profile-secrets.ts';
import { LONGEST_LABEL } from '../../model/labels.ts';
import { isFinal } from '../../model/run.ts';
import type { StartRequest } from '../../soak/control.ts';
import { stateOf } from '../../soak/state.ts';
import { outcomeOf } from '../outcome.ts';
import type { StartableProfiles } from '../ports.ts';
import { type BadRequest, badRequest, runUnknown } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';
import { profileName, runDetailSchema, runParams, runSummarySchema, summaryOf, who, wholeNumber } from '../schemas.ts';
import { actorOf } from './actor.ts';

const list = defineRoute({
  method: 'GET',
  path: '/v1/runs',
  operationId: 'listRuns',
  summary: 'All runs, newest first, a page at a time',
  access: 'read',
  query: z.strictObject({
    limit: wholeNumber(1, 500).describe('runs a page, 50 unless told').optional(),
    cursor: runParams.shape.id.describe('`nextCursor` of the page before').optional(),
  }),
  answer: {
    status: 200,
    description: 'a page',
    schema: z.strictObject({
      runs: z.array(runSummarySchema),
      nextCursor: z.string().nullable().describe('null on the last page'),
    }),
  },
  async handle({ query }, { store, control }) {
    const limit = query.limit ?? 50;
    if (query.cursor !== undefined && (await store.run(query.cursor)) === null) throw cursorUnknown(query.cursor);
    const page = await store.runs({
      limit: limit + 1,
      ...(query.cursor === undefined ? {} : { beforeId: query.cursor }),
    });
    const live = new Set(control.live());
    const shown = page.slice(0, limit);
    const summaries = shown.map(async (run) => {
      const { state, endedMs } = run;
      const [actions, outcome] = await Promise.all([store.actions(run.id), outcomeOf(store, run, state)]);
      return summaryOf(run, { state, outcome, endedMs, live: live.has(run.id), actions });
    });
    return {
      runs: await Promise.all(summaries),
      nextCursor: page.length > limit ? (shown.at(-1)?.id ?? null) : null,
    };
  },
});

const cursorUnknown = (cursor: string): BadRequest =>
  badRequest([
    {
      in: 'query',
      path: 'cursor',
      problem: `${quote(cursor)} is no cursor of a page`,
      hint: 'send `nextCursor` of the page before, or none for the first page',
    },
  ]);

const detail = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}',
  operationId: 'getRun',
  summary: 'One run: profile, states it went through, what was done to it',
  access: 'read',
  params: runParams,
  answer: { status: 200, description: 'the run', schema: runDetailSchema },
  problems: { 404: 'no such run' },
  async handle({ params }, { store, control }) {
    const run = await store.run(params.id);
    if (run === null) throw runUnknown(params.id);
    const [transitions, actions] = await Promise.all([store.transitions(run.id), store.actions(run.id)]);
    const state = stateOf(transitions);
    const endedMs = isFinal(state) ? (transitions.at(-1)?.atMs ?? null) : null;
    const { profile, profileSource } = run;
    const live = control.live().includes(run.id);
    const outcome = await outcomeOf(store, run, state);
    const summary = summaryOf(run, { state, outcome, endedMs, live, actions });
    // Secrets that somebody wrote into the profile are for k6, not for those who may read.
    const shown = { profileSource: shownSource(profileSource), profile: shownValue(profile, profileSource) };
    return { ...summary, ...shown, transitions, actions };
  },
});

/** The last millisecond that ISO 8601 writes with four digits of the year. */
const LATEST_START_MS = 253_402_300_799_999;

const startBody = z
  .strictObject({
    profile: profileName.describe("name of one of the daemon's own profiles: GET /v1/profiles lists them").optional(),
    profileSource: z
      .string()
      .min(1)
      .describe('instead of a name, a profile of your own: YAML; 403 where the daemon takes none')
      .optional(),
    profileName: z
      .string()
      .min(1)
      .max(1000)
      .describe('its file name in problems; files that it names are relative to its folder on the daemon')
      .optional(),
    targetUrl: z
      .url({ protocol: /^https?$/ })
      .describe('beats the target of the profile')
      .optional(),
    rehearseMs: z.number().positive().describe('compress the whole profile into this time').optional(),
    startAtMs: z.int().min(0).max(LATEST_START_MS).describe('Unix milliseconds; now when absent').optional(),
    labels: z
      .record(z.string(), z.string().max(LONGEST_LABEL))
      .describe('kept with the run, beside those of the profile; the same key beats it')
      .optional(),
    who,
  })
  .refine(({ profile, profileSource }) => (profile === undefined) !== (profileSource === undefined), {
    error: 'needs either profile or profileSource',
    params: { hint: 'give the name of a profile of the daemon, or the YAML of your own' },
  })
  .meta({ id: 'StartRequest' });

const start = defineRoute({
  method: 'POST',
  path: '/v1/runs',
  operationId: 'startRun',
  summary: 'Start a soak, after profile, target, store and k6 were checked',
  access: 'change',
  headers: z.looseObject({
    'idempotency-key': z
      .string()
      .regex(/^[\x21-\x7e]{1,255}$/, { error: 'is not 1 to 255 visible ASCII characters' })
      .describe('the same key gives the same run, however often it is sent')
      .optional(),
  }),
  body: startBody,
  answer: { status: 201, description: 'the run; `Location` is its address', schema: runSummarySchema },
  problems: {
    403: 'the target, a sampler or the load lies outside the fence of the daemon, or it takes no profiles by request',
    404: 'there is no profile of that name',
    409: 'the target is being soaked already',
    422: 'the idempotency key was used for another request',
    503: 'k6 or the store cannot be used now',
  },
  async handle({ body, request, reply }, { control, store, profiles }) {
    const { who: actor, ...wish } = body;
    const key = request.headers['idempotency-key'];
    const order: StartRequest = {
      ...profileOf(wish, profiles),
      ...(wish.targetUrl === undefined ? {} : { targetUrl: wish.targetUrl }),
      ...(wish.rehearseMs === undefined ? {} : { rehearseMs: wish.rehearseMs }),
      ...(wish.startAtMs === undefined ? {} : { startAtMs: wish.startAtMs }),
      ...(wish.labels === undefined ? {} : { labels: wish.labels }),
      who: actorOf(actor, request),
      ...(typeof key === 'string' ? { idempotencyKey: key, requestDigest: digestOf(body) } : {}),
    };
    const run = await control.start(order);
    const state = stateOf(await store.transitions(run.id));
    const actions = await store.actions(run.id);
    reply.header('location', `/v1/runs/${run.id}`);
    return summaryOf(run, { state, outcome: null, endedMs: null, live: control.live().includes(run.id), actions });
  },
});

/** The YAML to start, and the file that its problems are told of. */
function profileOf(
  { profile, profileSource = '', profileName = 'profile.yaml' }: z.output<typeof startBody>,
  profiles: StartableProfiles,
): Pick<StartRequest, 'profileSource' | 'profileName'> {
  if (profile !== undefined) {
    const { source, file } = profiles.read(profile);
    return { profileSource: source, profileName: file };
  }
  if (profiles.inlineAllowed()) return { profileSource, profileName };
  throw new SoakdError('this daemon starts profiles of its own only', {
    code: 'inline_profile_refused',
    hint: 'start one by name (GET /v1/profiles lists them), or set allow_inline_profiles in its configuration',
    httpStatus: 403,
  });
}

export const runRoutes: Route[] = [list, start, detail];
