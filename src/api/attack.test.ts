/** Whatever is sent to any route: no fault of the program, and nothing that a path or a key could reach. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiRig, weeklySoak } from '../../tests/support/api-rig.ts';
import { SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { routes } from './routes/registry.ts';

let rig: ApiRig;
let runId: string;
const reported: string[] = [];
const profilesRead: string[] = [];

beforeAll(async () => {
  const staging = new SimulatedStaging({ series: {} });
  rig = new ApiRig(staging, {
    profiles: {
      names: () => ['weekly'],
      read: (name) => {
        profilesRead.push(name);
        return { source: weeklySoak, file: 'weekly.yaml' };
      },
      inlineAllowed: () => true,
    },
    report: async (id) => {
      reported.push(id);
      return '';
    },
  });
  const started = await rig.post('/v1/runs', { profile: 'weekly', targetUrl: 'http://staging.example' });
  runId = started.json().id;
});
afterAll(async () => {
  rig.stopping.abort();
  await rig.app.close();
});

const nasty = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '..',
    '../../etc/passwd',
    '/etc/passwd',
    '\0',
    '%2e%2e%2f',
    '__proto__',
    'constructor',
    '1e999',
    '-1',
    'NaN',
    'null',
    `\${env:HOME}`,
    'env:SOAKD_TOKEN',
    'x'.repeat(5_000),
  ),
  fc.integer().map(String),
);
const names = fc.oneof(
  nasty,
  fc.constantFrom(
    'run',
    'id',
    'limit',
    'cursor',
    'from',
    'to',
    'step',
    'series',
    'format',
    'profile',
    'after',
    'last',
    'max_age',
    'name',
    'all',
    'state',
  ),
);
const values = fc.oneof(nasty, fc.jsonValue(), fc.constant({}), fc.constant([]), fc.double());
const bodies = fc.oneof(values, fc.dictionary(names, values));

/** The stream has no end: it is asked in tests of its own. */
const asked = routes.filter(({ path }) => path !== '/v1/stream');

describe('every route', () => {
  it.each(asked.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'answers what nobody should send with a problem of the sender: %s',
    async (_, { method, path }) => {
      await fc.assert(
        fc.asyncProperty(nasty, fc.dictionary(names, nasty, { maxKeys: 4 }), bodies, async (given, query, body) => {
          const id = given.isWellFormed() ? encodeURIComponent(given) : 'x';
          const search = new URLSearchParams(query);
          const url = `${path.replaceAll(/\{\w+\}/g, id)}?${search}`;
          const payload = JSON.stringify(body) ?? '';
          const headers = { host: '127.0.0.1', ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) };
          const answer = await rig.app.inject({ method, url, headers, ...(method === 'POST' ? { payload } : {}) });
          expect(answer.statusCode, `${url} ${payload} ${answer.body}`).toBeLessThan(500);
          expect(answer.headers['content-security-policy']).toBeDefined();
        }),
        { numRuns: 60 },
      );
    },
  );

  it('that changes something asks who may operate, and only probes and the description ask nobody', () => {
    const of = (access: string): string[] =>
      routes.filter((route) => route.access === access).map(({ method, path }) => `${method} ${path}`);
    expect(of('change').filter((route) => !route.startsWith('POST '))).toEqual([]);
    expect([...of('read'), ...of('open')].filter((route) => !route.startsWith('GET '))).toEqual([]);
    expect(of('open').toSorted()).toEqual(['GET /healthz', 'GET /openapi.json', 'GET /readyz']);
  });

  it('hands on no name of a run or a profile that is not one', () => {
    for (const id of reported) expect(id).toBe(runId);
    for (const name of profilesRead) expect(name).toMatch(/^[A-Za-z0-9][\w.-]{0,99}$/);
  });
});

describe('the bodies of requests', () => {
  const schemas = routes.flatMap(({ method, path, body }) =>
    body === undefined
      ? []
      : [{ of: `${method} ${path}`, schema: z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) }],
  );

  it('take no key that is not described', () => {
    for (const { of, schema } of schemas)
      for (const object of objectsIn(schema))
        expect(object.additionalProperties, `${of}: ${JSON.stringify(object)}`).toBe(false);
  });

  it('set no receiver, no command, no file and no secret: of addresses only that of the target', () => {
    const keys = new Set(
      schemas.flatMap(({ schema }) => objectsIn(schema).flatMap(({ properties = {} }) => Object.keys(properties))),
    );
    const suspicious = [...keys].filter((key) =>
      /url|uri|host|webhook|command|exec|shell|(?<!pro)file|path|folder|dir|token|secret|password|header/i.test(key),
    );
    expect(suspicious).toEqual(['targetUrl']);
  });
});

type ObjectSchema = { additionalProperties?: unknown; properties?: Record<string, unknown> };

/** Every part of a schema that has keys of its own. Free names, as of labels, have none. */
function objectsIn(schema: unknown): ObjectSchema[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.values(schema).flatMap(objectsIn);
  return 'properties' in schema && 'type' in schema ? [schema as ObjectSchema, ...inner] : inner;
}
