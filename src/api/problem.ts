/** Errors as RFC 9457 problem details: `application/problem+json` with a stable code and a hint. */
import type { FastifyError, FastifyReply } from 'fastify';
import { z } from 'zod';
import { describeError, SoakdError } from '../base/errors.ts';
import { findingsOf } from '../config/issues.ts';
import { TooManyFailedTokens } from './failed-tokens.ts';

export const PROBLEM_TYPE = 'application/problem+json';

const inputProblem = z
  .strictObject({
    in: z.enum(['path', 'query', 'header', 'body']),
    path: z.string().describe('dotted path to the value; empty for the whole'),
    problem: z.string(),
    hint: z.string(),
  })
  .meta({ id: 'InputProblem' });

export type InputProblem = z.infer<typeof inputProblem>;

export const problemSchema = z
  .strictObject({
    type: z.string().describe('`urn:soakd:problem:<code>`'),
    title: z.string().describe('the HTTP status in words'),
    status: z.int(),
    detail: z.string().describe('what is wrong, for people'),
    code: z.string().describe('stable, for programs'),
    hint: z.string().describe('what can be done about it'),
    instance: z.string().describe('id of the request, as in the log'),
    details: z
      .array(z.string())
      .optional()
      .describe('what `detail` sums up: the mistakes of a file, each with its place'),
    problems: z.array(inputProblem).optional().describe('everything that is wrong with the request, all at once'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

export type Problem = z.infer<typeof problemSchema>;

/** A request that does not fit its schemas; carries every problem. */
export class BadRequest extends SoakdError {
  readonly problems: InputProblem[];
  constructor(problems: InputProblem[]) {
    super(
      problems
        .map(({ in: place, path, problem }) => `${[place, path].filter(Boolean).join(' ')}: ${problem}`)
        .join('; '),
      {
        code: 'request_invalid',
        hint: '/openapi.json describes every request',
        httpStatus: 400,
      },
    );
    this.problems = problems;
  }
}

export const badRequest = (problems: InputProblem[]): BadRequest => new BadRequest(problems);

/** zod's issues with one part of a request, in the words that profiles are checked with. */
export function inputProblems(
  place: InputProblem['in'],
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  given: unknown,
): InputProblem[] {
  return findingsOf(issues, schema, given).map(({ path, problem, hint }) => ({
    in: place,
    path: path.join('.'),
    problem,
    hint: hint.replace('docs/profile.md', '/openapi.json'),
  }));
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The reason phrase of a status. */
export const titleOf = (status: number): string => TITLES[status] ?? 'Error';

/** Errors of the HTTP layer itself in our terms. */
const HTTP_ERRORS: Record<string, { code: string; hint: string }> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'media_type_unsupported', hint: 'send Content-Type: application/json' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'path_too_long', hint: 'no id of a run is that long; GET /v1/runs lists them' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large', hint: 'a request may have 1 MiB' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'body_missing', hint: 'send a JSON object' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'json_invalid', hint: 'send a JSON object' },
};

/** What is wrong, whatever was thrown. The inside of an unexpected error stays in the log. */
export function problemOf(thrown: unknown, requestId: string): Problem {
  const { status, ...rest } = essenceOf(thrown);
  return {
    type: `urn:soakd:problem:${rest.code}`,
    title: titleOf(status),
    status,
    instance: `urn:soakd:request:${requestId}`,
    ...rest,
  };
}

function essenceOf(thrown: unknown): Pick<Problem, 'status' | 'detail' | 'code' | 'hint' | 'details' | 'problems'> {
  if (thrown instanceof SoakdError) {
    const { httpStatus, code, hint } = thrown;
    const status = code === 'store_locked' || code === 'store_full' ? 503 : httpStatus;
    const details = thrown.details.length === 0 ? {} : { details: [...thrown.details] };
    const essence = { status, detail: describeError(thrown), code, hint, ...details };
    return thrown instanceof BadRequest ? { ...essence, problems: thrown.problems } : essence;
  }
  const { code = '', statusCode = 500, message } = asHttpError(thrown);
  if (statusCode >= 400 && statusCode < 500) {
    const known = HTTP_ERRORS[code] ?? { code: 'request_invalid', hint: '/openapi.json describes every request' };
    return { status: statusCode, detail: message, ...known };
  }
  return {
    status: 500,
    detail: 'soakd failed to answer',
    code: 'internal',
    hint: 'the log has the cause, by this instance',
  };
}

const asHttpError = (thrown: unknown): Partial<FastifyError> & { message: string } =>
  thrown instanceof Error ? thrown : { message: String(thrown) };

/** Sends the problem; only what is our own fault is logged as an error. */
export function sendProblem(reply: FastifyReply, thrown: unknown): FastifyReply {
  const problem = problemOf(thrown, reply.request.id);
  // That something is busy or away now is no fault of the program: no stack, and no alarm.
  if (problem.status === 503 && thrown instanceof SoakdError)
    reply.log.warn({ code: problem.code, reason: problem.detail }, 'a request cannot be answered now');
  else if (problem.status >= 500) reply.log.error({ err: thrown }, 'a request failed');
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="soakd"');
  if (problem.status === 503) reply.header('retry-after', '5');
  if (thrown instanceof TooManyFailedTokens) reply.header('retry-after', String(thrown.retryAfterSeconds));
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

/** A run that the store does not know. */
export const runUnknown = (id: string): SoakdError =>
  new SoakdError(`there is no run ${id}`, { code: 'run_unknown', hint: 'GET /v1/runs lists them', httpStatus: 404 });
