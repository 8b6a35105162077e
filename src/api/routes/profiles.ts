import { z } from 'zod';
import { defineRoute, type Route } from '../route.ts';

export const profileListSchema = z
  .strictObject({
    profiles: z.array(z.strictObject({ name: z.string() })).describe('in order of their names'),
    inlineAllowed: z.boolean().describe('POST /v1/runs takes profiles of your own besides'),
  })
  .meta({ id: 'ProfileList' });

const list = defineRoute({
  method: 'GET',
  path: '/v1/profiles',
  operationId: 'listProfiles',
  summary: "The daemon's own profiles, which POST /v1/runs starts by name",
  access: 'read',
  answer: { status: 200, description: 'the names', schema: profileListSchema },
  handle: (_input, { profiles }) => ({
    profiles: profiles.names().map((name) => ({ name })),
    inlineAllowed: profiles.inlineAllowed(),
  }),
});

export const profileRoutes: Route[] = [list];
