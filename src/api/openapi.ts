/** The OpenAPI 3.1 document, made from the same schemas that check what comes in. */
import { z } from 'zod';
import { PROBLEM_TYPE, problemSchema } from './problem.ts';
import type { Answer, Route } from './route.ts';

type Json = Record<string, unknown>;

/** A document with every route; `version` is soakd's. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const components = new Components();
  const problem = { content: { [PROBLEM_TYPE]: { schema: components.schemaOf(problemSchema, 'output') } } };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const operations = paths[route.path] ?? {};
    paths[route.path] = operations;
    operations[route.method.toLowerCase()] = operation(route, components, problem);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'soakd',
      version,
      summary: 'Start, watch and operate soaks',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'asked for by what changes something when a token is set, and by all but the probes off loopback; its role is read or operate',
        },
      },
    },
  };
}

function operation(route: Route, components: Components, problem: Json): Json {
  const { operationId, summary, access, answer, body } = route;
  const parameters = [
    ...parametersOf('path', route.params),
    ...parametersOf('query', route.query),
    ...parametersOf('header', route.headers),
  ];
  const problems: [number, string][] = [
    [400, 'the request does not fit; every problem is listed'],
    ...(access === 'open'
      ? []
      : ([
          [401, 'the token is missing or wrong'],
          [403, 'the host or origin may not ask, or the token may only read'],
          [429, 'too many wrong tokens came from this address; `Retry-After` says how long to wait'],
        ] as [number, string][])),
    ...(access === 'change'
      ? ([
          [413, 'the body is larger than 1 MiB'],
          [415, 'the body is not JSON'],
        ] as [number, string][])
      : []),
    ...Object.entries(route.problems ?? {}).map(([status, means]): [number, string] => [Number(status), means]),
  ];
  return {
    operationId,
    summary,
    ...(access === 'open' ? { security: [] } : { security: [{}, { token: [] }] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: components.schemaOf(body, 'input') } },
          },
        }),
    responses: {
      [answer.status]: { description: answer.description, content: contentOf(answer, components) },
      ...Object.fromEntries(problems.map(([status, description]) => [status, { description, ...problem }])),
      default: { description: 'soakd or its store cannot answer', ...problem },
    },
  };
}

function contentOf({ schema, mediaTypes }: Answer, components: Components): Json {
  if (schema !== undefined) return { 'application/json': { schema: components.schemaOf(schema, 'output') } };
  return Object.fromEntries((mediaTypes ?? []).map((type) => [type, { schema: { type: 'string' } }]));
}

function parametersOf(place: 'path' | 'query' | 'header', schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input');
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {};
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

/** What a schema says for those who send (`input`) or for those who receive (`output`). */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.BaseSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  });
  return rest;
}

/** Schemas with a name are written once and referred to. */
class Components {
  readonly schemas: Record<string, unknown> = {};

  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    // A schema with a name comes as a reference to its own definition.
    const { $defs = {}, ...rest } = jsonSchema(schema, io);
    for (const [id, named] of Object.entries($defs)) this.schemas[id] = rewritten(named);
    return rewritten(rest);
  }
}

/** References point into the document instead of into one schema. */
function rewritten(schema: unknown): Json {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : value,
    ),
  );
}
