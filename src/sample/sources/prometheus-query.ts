/** Series that a Prometheus server already collects, by instant query. */
import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import { request } from '../../base/http-request.ts';
import { httpAddress } from '../address.ts';
import { hostOf, resolveHeaders } from '../http-address.ts';
import { natureOf } from '../metric-nature.ts';
import { headers, natureSettings, seriesName, withSettings } from '../metric-settings.ts';
import { numberOf } from '../metric-text.ts';
import type { Sampler, SamplerPlugin } from '../sampler.ts';

const query = z.string().min(1, 'is empty').describe('PromQL that gives one value: a scalar, or a vector of one');

const settings = z.strictObject({
  url: httpAddress('address of the Prometheus server'),
  headers,
  queries: z
    .record(seriesName, z.union([query, z.strictObject({ query, ...natureSettings })]))
    .describe('name of each series, and the query that gives it'),
});

export const prometheusQuerySource: SamplerPlugin<typeof settings> = {
  kind: 'prometheus_query',
  settings,

  hosts: ({ url }) => [hostOf(url)],

  start(given, { secret }): Sampler {
    const queries = Object.entries(given.queries).map(([name, one]) => {
      const asked = typeof one === 'string' ? { query: one } : one;
      // The query may be any expression, so the series' own name tells what it is.
      const { counter: _, ...described } = withSettings({ ...natureOf(name), counter: false }, asked);
      return { query: asked.query, declaration: { name, ...described } };
    });
    const base = given.url.endsWith('/') ? given.url : `${given.url}/`;
    const requestHeaders = resolveHeaders(given.headers, secret);

    const ask = async (promql: string, signal: AbortSignal): Promise<number | null> => {
      const url = new URL('api/v1/query', base);
      url.searchParams.set('query', promql);
      const { status, body } = await request(url.href, { headers: requestHeaders, signal });
      return queriedValue(promql, status, body);
    };

    return {
      series: queries.map(({ declaration }) => declaration),
      // Each reading is work for a server that others use too.
      cheap: false,
      read: (signal) => Promise.all(queries.map(({ query }) => ask(query, signal))),
    };
  },
};

/** Answers of the HTTP API (prometheus.io/docs/prometheus/latest/querying/api). */
const answerSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('scalar'), result: z.tuple([z.number(), z.string()]) }),
      z.object({
        resultType: z.literal('vector'),
        result: z.array(z.object({ value: z.tuple([z.number(), z.string()]).optional() })),
      }),
      z.object({ resultType: z.literal('matrix') }),
      z.object({ resultType: z.literal('string') }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
]);

/** The one value of an answer; null when there is none or it is no finite number. Throws when the answer is no value. */
export function queriedValue(promql: string, status: number, body: string): number | null {
  const answer = answerSchema.safeParse(jsonOf(body));
  if (!answer.success) {
    throw failure(`it answered with status ${status} and not as a Prometheus server does`, 'is the address right?');
  }
  if (answer.data.status === 'error') {
    throw failure(`${promql}: ${answer.data.error}`, 'try the query on the page of the server');
  }
  const { data } = answer.data;
  if (data.resultType === 'scalar') return finite(data.result[1]);
  if (data.resultType !== 'vector') {
    throw failure(`${promql} gives a ${data.resultType}, not a value`, 'ask for one instant, without [5m] at the end');
  }
  if (data.result.length > 1) {
    throw failure(`${promql} gives ${data.result.length} series`, 'narrow its labels, or put sum(…) around it');
  }
  const [one] = data.result;
  return one?.value === undefined ? null : finite(one.value[1]);
}

function finite(text: string): number | null {
  const value = numberOf(text);
  return value !== null && Number.isFinite(value) ? value : null;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

const failure = (problem: string, hint: string): SoakdError =>
  new SoakdError(problem, { code: 'prometheus_query', hint });
