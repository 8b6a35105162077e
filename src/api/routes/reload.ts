/** The daemon's configuration read again. */
import { z } from 'zod';
import { defineRoute, type Route } from '../route.ts';

export const reloadedSchema = z
  .strictObject({
    changed: z.array(z.string()).describe('keys that hold now, and parts whose own files are different'),
    needsRestart: z.array(z.string()).describe('keys that hold from the next start of the daemon on'),
  })
  .meta({ id: 'Reloaded' });

const reload = defineRoute({
  method: 'POST',
  path: '/v1/reload',
  operationId: 'reload',
  summary: 'Read the configuration again: all of it is taken, or nothing',
  access: 'change',
  body: z.strictObject({}),
  answer: { status: 200, description: 'what is different now', schema: reloadedSchema },
  problems: { 422: 'the file, or one that it names, has mistakes, told in `details`; all stays as it was' },
  handle: (_input, { reload }) => reload(),
});

export const reloadRoutes: Route[] = [reload];
