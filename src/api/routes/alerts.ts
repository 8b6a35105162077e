import { z } from 'zod';
import { isActive } from '../../alert/silence.ts';
import { SoakdError } from '../../base/errors.ts';
import {
  alertDetailSchema,
  alertPageSchema,
  alertParams,
  alertSchema,
  silenceParams,
  silenceSchema,
  silencesSchema,
} from '../alert-schemas.ts';
import { badRequest } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';
import { runParams, who, wholeNumber } from '../schemas.ts';
import { actorOf } from './actor.ts';

const DAY_MS = 86_400_000;
/** A longer one would be forgotten, and with it what it hides. */
const LONGEST_SILENCE_MS = 30 * DAY_MS;

const list = defineRoute({
  method: 'GET',
  path: '/v1/alerts',
  operationId: 'listAlerts',
  summary: 'Alerts, newest first, a page at a time: the open ones unless told',
  access: 'read',
  query: z.strictObject({
    run: runParams.shape.id.describe('only those of this run; `soakd`: only those about soakd itself').optional(),
    all: z.enum(['true', 'false']).describe('resolved ones too').optional(),
    limit: wholeNumber(1, 500).describe('alerts a page, 50 unless told').optional(),
    cursor: alertParams.shape.id.describe('`nextCursor` of the page before').optional(),
  }),
  answer: { status: 200, description: 'a page', schema: alertPageSchema },
  async handle({ query }, { duty }) {
    const limit = query.limit ?? 50;
    const page = await duty.alerts({
      openOnly: query.all !== 'true',
      limit: limit + 1,
      ...(query.run === undefined ? {} : { runId: query.run === 'soakd' ? null : query.run }),
      ...(query.cursor === undefined ? {} : { beforeId: query.cursor }),
    });
    const alerts = page.slice(0, limit);
    return { alerts, nextCursor: page.length > limit ? (alerts.at(-1)?.id ?? null) : null };
  },
});

const detail = defineRoute({
  method: 'GET',
  path: '/v1/alerts/{id}',
  operationId: 'getAlert',
  summary: 'One alert and the states that it went through',
  access: 'read',
  params: alertParams,
  answer: { status: 200, description: 'the alert', schema: alertDetailSchema },
  problems: { 404: 'no such alert' },
  async handle({ params }, { duty }) {
    const alert = await duty.alert(params.id);
    if (alert === null)
      throw new SoakdError(`there is no alert ${params.id}`, {
        code: 'alert_unknown',
        hint: 'GET /v1/alerts lists them',
        httpStatus: 404,
      });
    return { alert, history: await duty.alertTransitions(alert.id) };
  },
});

const acknowledge = defineRoute({
  method: 'POST',
  path: '/v1/alerts/{id}/acknowledgement',
  operationId: 'acknowledgeAlert',
  summary: 'Somebody is at it: a firing alert is not told again; its end is',
  access: 'change',
  params: alertParams,
  body: z
    .strictObject({ who, text: z.string().trim().max(2000).describe('what is being done').optional() })
    .meta({ id: 'AcknowledgementRequest' }),
  answer: { status: 201, description: 'the alert', schema: alertSchema },
  problems: { 404: 'no such alert', 409: 'it is resolved' },
  handle: ({ params, body, request }, { alerts }) =>
    alerts.acknowledge(params.id, { who: actorOf(body.who, request), text: body.text ?? '' }),
});

const silences = defineRoute({
  method: 'GET',
  path: '/v1/silences',
  operationId: 'listSilences',
  summary: 'Silences, newest first: those that hold now or will, unless told',
  access: 'read',
  query: z.strictObject({ all: z.enum(['true', 'false']).describe('those that are over too').optional() }),
  answer: { status: 200, description: 'the silences', schema: silencesSchema },
  async handle({ query }, { duty, clock }) {
    const known = await duty.silences();
    const nowMs = clock.now();
    const shown = known.filter((one) => isActive(one, nowMs) || (one.endedMs === null && one.fromMs > nowMs));
    return { silences: query.all === 'true' ? known : shown };
  },
});

const silence = defineRoute({
  method: 'POST',
  path: '/v1/silences',
  operationId: 'createSilence',
  summary: 'Nothing is told of alerts whose labels fit, for a while; they are recorded all the same',
  access: 'change',
  body: z
    .strictObject({
      matchers: z
        .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string().max(200))
        .refine((matchers) => Object.values(matchers).some((wanted) => wanted.replaceAll('*', '') !== ''), {
          error: 'fits every alert',
          params: { hint: 'name one at least: { "alertname": "HighCPU" }' },
        })
        .describe('label to value; a value may hold `*`; all must fit'),
      fromMs: z.int().min(0).describe('Unix milliseconds; now when absent').optional(),
      forMs: z.int().positive().max(LONGEST_SILENCE_MS).describe('so long, at most 30 days'),
      comment: z.string().trim().min(1).max(2000).describe('why'),
      who,
    })
    .meta({ id: 'SilenceRequest' }),
  answer: { status: 201, description: 'the silence', schema: silenceSchema },
  handle({ body, request }, { alerts, clock }) {
    const nowMs = clock.now();
    const fromMs = body.fromMs ?? nowMs;
    if (fromMs + body.forMs <= nowMs)
      throw badRequest([
        { in: 'body', path: 'fromMs', problem: 'the silence would be over', hint: 'leave fromMs away for now' },
      ]);
    const { matchers, comment } = body;
    return alerts.silence({ matchers, comment, fromMs, untilMs: fromMs + body.forMs, who: actorOf(body.who, request) });
  },
});

const endSilence = defineRoute({
  method: 'POST',
  path: '/v1/silences/{id}/end',
  operationId: 'endSilence',
  summary: 'A silence ends now; what fires is told again from here on',
  access: 'change',
  params: silenceParams,
  body: z.strictObject({ who }).meta({ id: 'EndSilenceRequest' }),
  answer: { status: 201, description: 'the silence', schema: silenceSchema },
  problems: { 404: 'no such silence' },
  handle: ({ params }, { alerts }) => alerts.endSilence(params.id),
});

export const alertRoutes: Route[] = [list, detail, acknowledge, silences, silence, endSilence];
