import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import type { Verdict } from '../../model/verdict.ts';
import { HTML_REPORT_CSP } from '../../report/html/html.ts';
import type { Store } from '../../store/store.ts';
import { REPORT_FORMATS, type ReportFormat } from '../ports.ts';
import { runUnknown } from '../problem.ts';
import { defineRoute, type Route } from '../route.ts';
import { runParams, verdictSchema } from '../schemas.ts';

const MEDIA_TYPES: Record<ReportFormat, string> = {
  md: 'text/markdown; charset=utf-8',
  summary: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
  junit: 'application/xml; charset=utf-8',
};

const verdict = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}/verdict',
  operationId: 'getVerdict',
  summary: 'The stored verdict of a run that is over; /v1/status tells how a live one stands',
  access: 'read',
  params: runParams,
  answer: { status: 200, description: 'the verdict', schema: verdictSchema },
  problems: { 404: 'no such run, or no verdict yet' },
  handle: ({ params }, { store }) => requireVerdict(store, params.id),
});

const report = defineRoute({
  method: 'GET',
  path: '/v1/runs/{id}/report',
  operationId: 'getReport',
  summary: 'The report of a run that is over',
  access: 'read',
  params: runParams,
  query: z.strictObject({ format: z.enum(REPORT_FORMATS).describe('md unless told').optional() }),
  answer: { status: 200, description: 'the report', mediaTypes: Object.values(MEDIA_TYPES) },
  problems: { 404: 'no such run, or no verdict yet' },
  async handle({ params, query, reply }, ports) {
    await requireVerdict(ports.store, params.id);
    const format = query.format ?? 'md';
    const text = await ports.report(params.id, format);
    reply.type(MEDIA_TYPES[format]);
    // Texts of the target and of profiles stand in it: the browser is told to run nothing and to guess nothing.
    reply.header('content-security-policy', HTML_REPORT_CSP).header('x-content-type-options', 'nosniff');
    return text;
  },
});

async function requireVerdict(store: Store, id: string): Promise<Verdict> {
  if ((await store.run(id)) === null) throw runUnknown(id);
  const found = await store.verdict(id);
  if (found !== null) return found;
  throw new SoakdError(`run ${id} has no verdict yet`, {
    code: 'verdict_pending',
    hint: 'it comes when the run ends; GET /v1/status tells how each criterion stands',
    httpStatus: 404,
  });
}

export const resultRoutes: Route[] = [verdict, report];
