/** Sends the profile's list of HTTP requests by weight: each iteration is one request. */
import { check, randomSeed } from 'k6';
import http, { type RefinedParams, type RefinedResponse } from 'k6/http';
import { track } from 'k6/x/soakd';
import type { RequestSpec } from '../src/model/profile.ts';
import { chooser } from './chooser.ts';
import { addressOf, resolved, resolvedHeaders, settings } from './settings.ts';
import { arrive } from './visitors.ts';

export { options } from './settings.ts';

const { workload } = settings;
if (workload.kind !== 'requests') throw new Error(`requests.ts cannot send a workload of kind ${workload.kind}`);
const { timeoutMs } = workload;

type Body = 'text' | 'none';

interface Prepared {
  method: string;
  url: string;
  body: string | null;
  params: RefinedParams<Body>;
  checks: Record<string, (response: RefinedResponse<Body>) => boolean> | null;
}

const choose = chooser(
  'requests',
  workload.requests.map((spec) => ({ value: prepare(spec), weight: spec.weight })),
);
randomSeed(settings.seed + __VU);

export default function (): void {
  track();
  const { method, url, body, params, checks } = choose();
  const headers = { ...params.headers, ...arrive().connection({ last: true }) };
  const response = http.request(method, url, body, { ...params, headers });
  if (checks !== null) check(response, checks);
}

/** Everything about a request that does not change is made once for each virtual user. */
function prepare({ name, method, path, headers, body, checks }: RequestSpec): Prepared {
  const params: RefinedParams<Body> = {
    headers: resolvedHeaders(headers),
    // One iteration is one request: a redirect is an answer, not another request.
    redirects: 0,
    responseType: checks.contains.length > 0 ? 'text' : 'none',
    timeout: timeoutMs,
    tags: { name },
  };
  if (checks.status !== null) params.responseCallback = http.expectedStatuses(...checks.status);
  return {
    method,
    url: addressOf(resolved(path)),
    body: body === null ? null : resolved(body),
    params,
    checks: checksOf(name, checks),
  };
}

function checksOf(name: string, { status, contains }: RequestSpec['checks']): Prepared['checks'] {
  const checks: NonNullable<Prepared['checks']> = {};
  if (status !== null)
    checks[`${name}: status is ${status.join(' or ')}`] = (response) => status.includes(response.status);
  for (const text of contains) {
    const wanted = text.toLowerCase();
    checks[`${name}: has "${text}"`] = ({ body }) => typeof body === 'string' && body.toLowerCase().includes(wanted);
  }
  return Object.keys(checks).length === 0 ? null : checks;
}
