import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { RouteAccess } from './access.ts';
import type { ApiPorts } from './ports.ts';
import { badRequest, type InputProblem, inputProblems } from './problem.ts';

/** What a route answers when all is well. A schema is for JSON; other types are described by words alone. */
export interface Answer {
  status: 200 | 201;
  description: string;
  schema?: z.ZodType;
  /** Other than JSON: one or more media types. */
  mediaTypes?: string[];
}

interface Input<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  params: z.output<Params>;
  query: z.output<Query>;
  body: z.output<Body>;
  request: FastifyRequest;
  reply: FastifyReply;
}

interface RouteSpec<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  method: 'GET' | 'POST';
  /** As in OpenAPI: `/v1/runs/{id}`. */
  path: string;
  operationId: string;
  summary: string;
  access: RouteAccess;
  params?: Params;
  query?: Query;
  headers?: z.ZodObject;
  body?: Body;
  answer: Answer;
  /** Problems beside the common ones: status and what it means. */
  problems?: Record<number, string>;
  handle(input: Input<Params, Query, Body>, ports: ApiPorts): Promise<unknown> | unknown;
}

/** A route with its types sealed inside: `serve` checks what was sent before the handler sees it. */
export interface Route extends Omit<RouteSpec<z.ZodType, z.ZodType, z.ZodType>, 'handle'> {
  serve(request: FastifyRequest, reply: FastifyReply, ports: ApiPorts): Promise<unknown>;
}

const nothing = z.strictObject({});

/** Describes a route once: the server, the checks and the OpenAPI document follow from it. */
export function defineRoute<
  Params extends z.ZodType = typeof nothing,
  Query extends z.ZodType = typeof nothing,
  Body extends z.ZodType = z.ZodUndefined,
>({ handle, ...spec }: RouteSpec<Params, Query, Body>): Route {
  return {
    ...spec,
    async serve(request, reply, ports) {
      const problems: InputProblem[] = [];
      const params = check('path', spec.params ?? nothing, request.params, problems);
      const query = check('query', spec.query ?? nothing, request.query, problems);
      if (spec.headers !== undefined) check('header', spec.headers, request.headers, problems);
      const body = spec.body === undefined ? undefined : check('body', spec.body, request.body ?? {}, problems);
      if (problems.length > 0) throw badRequest(problems);
      const { answer } = spec;
      reply.code(answer.status);
      if (answer.mediaTypes?.length === 1) reply.type(answer.mediaTypes[0] ?? '');
      // The schemas above have just checked each part; only their sealed types are restored here.
      const input = { params, query, body, request, reply } as Input<Params, Query, Body>;
      return handle(input, ports);
    },
  };
}

function check(place: InputProblem['in'], schema: z.ZodType, given: unknown, problems: InputProblem[]): unknown {
  const checked = schema.safeParse(given);
  if (checked.success) return checked.data;
  problems.push(...inputProblems(place, checked.error.issues, schema, given));
  return undefined;
}
