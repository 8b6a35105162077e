import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import { defineRoute, type Route } from '../route.ts';
import { runParams, runStatusSchema } from '../schemas.ts';

const status = defineRoute({
  method: 'GET',
  path: '/v1/status',
  operationId: 'getStatus',
  summary: 'The live soaks at a glance, from memory; an empty list when nothing runs',
  access: 'read',
  query: z.strictObject({ run: runParams.shape.id.describe('only this run').optional() }),
  answer: {
    status: 200,
    description: 'newest run first',
    schema: z.strictObject({ live: z.array(runStatusSchema) }),
  },
  problems: { 404: 'the run asked for does not live here' },
  handle({ query }, { control }) {
    if (query.run === undefined) {
      return { live: control.live().flatMap((id) => control.status(id) ?? []) };
    }
    const one = control.status(query.run);
    if (one !== null) return { live: [one] };
    throw new SoakdError(`run ${query.run} does not live here`, {
      code: 'run_not_live',
      hint: `GET /v1/runs/${query.run} tells how it stands`,
      httpStatus: 404,
    });
  },
});

export const statusRoutes: Route[] = [status];
