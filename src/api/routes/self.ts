/** What the API says of itself: metrics and its own description. */
import { z } from 'zod';
import { defineRoute, type Route } from '../route.ts';

const metrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  operationId: 'metrics',
  summary: 'For Prometheus',
  access: 'read',
  answer: { status: 200, description: 'text exposition format', mediaTypes: ['text/plain'] },
  handle({ reply, request }) {
    const { metrics } = request.server;
    reply.type(metrics.contentType);
    return metrics.text();
  },
});

const openapi = defineRoute({
  method: 'GET',
  path: '/openapi.json',
  operationId: 'openapi',
  summary: 'This description',
  access: 'open',
  answer: {
    status: 200,
    description: 'OpenAPI 3.1',
    schema: z.looseObject({ openapi: z.string() }),
  },
  handle: ({ request }) => request.server.openApi,
});

export const selfRoutes: Route[] = [metrics, openapi];
