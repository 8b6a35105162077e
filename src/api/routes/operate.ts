import { z } from 'zod';
import { defineRoute, type Route } from '../route.ts';
import { actionSchema, runParams, who } from '../schemas.ts';
import { actorOf } from './actor.ts';

/** How far each may go is decided in one place, for every client: src/soak/edits.ts. */
const actionBody = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('rate'),
      factor: z.number().describe('of the planned rate, 0.01 to 100; 1 takes an earlier factor back'),
      forMs: z
        .number()
        .positive()
        .nullable()
        .default(null)
        .describe('null: until the end; then the factor before it holds again'),
      who,
    }),
    z.strictObject({ kind: z.literal('pause'), who }),
    z.strictObject({ kind: z.literal('resume'), who }),
    z.strictObject({
      kind: z.literal('extend'),
      byMs: z.number().positive().describe('real time'),
      who,
    }),
    z.strictObject({ kind: z.literal('stop'), who }),
  ])
  .meta({ id: 'ActionRequest' });

const act = defineRoute({
  method: 'POST',
  path: '/v1/runs/{id}/actions',
  operationId: 'act',
  summary: 'Operate a live run: rate, pause, resume, extend, stop; each leaves an audit row',
  access: 'change',
  params: runParams,
  body: actionBody,
  answer: { status: 201, description: 'the audit row', schema: actionSchema },
  problems: {
    403: 'the load would leave the fence of the daemon',
    404: 'no such run',
    409: 'the run is in no state for it: paused already, not paused, over, or living elsewhere',
  },
  handle: ({ params, body, request }, { control }) =>
    control.act(params.id, { ...body, who: actorOf(body.who, request) }),
});

const annotate = defineRoute({
  method: 'POST',
  path: '/v1/runs/{id}/annotations',
  operationId: 'annotate',
  summary: 'A note on a live run, for its report',
  access: 'change',
  params: runParams,
  body: z.strictObject({ text: z.string().trim().min(1).max(2000), who }).meta({ id: 'AnnotationRequest' }),
  answer: { status: 201, description: 'the audit row', schema: actionSchema },
  problems: { 404: 'no such run', 409: 'the run is over, or does not live here' },
  handle: ({ params, body, request }, { control }) =>
    control.act(params.id, { kind: 'annotate', text: body.text, who: actorOf(body.who, request) }),
});

export const operateRoutes: Route[] = [act, annotate];
