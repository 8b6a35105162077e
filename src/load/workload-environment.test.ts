import { describe, expect, it } from 'vitest';
import type { RequestsWorkload } from '../model/profile.ts';
import { k6Environment, referredVariables } from './workload-environment.ts';

const workload = (changes: Partial<RequestsWorkload['requests'][number]>): RequestsWorkload => ({
  kind: 'requests',
  timeoutMs: 1000,
  requestsPerIteration: 1,
  longestIterationMs: 1000,
  requests: [
    {
      name: 'GET /',
      weight: 1,
      method: 'GET',
      path: '/',
      headers: {},
      body: null,
      checks: { status: null, contains: [] },
      ...changes,
    },
  ],
});

/** The profile's notation for a variable within a value. */
const inside = (name: string): string => `$\{env:${name}}`;

describe('the environment of k6', () => {
  it('finds every variable that the workload refers to, whole or inside a value', () => {
    const referring = workload({
      path: `/tenants/${inside('TENANT')}/items?page=${inside('PAGE')}`,
      headers: { Authorization: `Bearer ${inside('TOKEN')}`, 'X-Key': 'env:KEY', 'X-Plain': 'see env:NOTHING' },
    });
    expect(referredVariables(referring).sort()).toEqual(['KEY', 'PAGE', 'TENANT', 'TOKEN']);
  });

  it('refuses to start without them and names all at once', () => {
    const referring = workload({ headers: { A: 'env:FIRST', B: 'env:SECOND' } });
    expect(() => k6Environment({}, referring)).toThrow('the workload needs FIRST, SECOND from the environment');
  });

  it('passes what scripts may need, and nothing that would change the load or tell the secrets of soakd', () => {
    const environment = k6Environment(
      {
        PATH: '/usr/bin',
        API_TOKEN: 'for the script',
        K6_VUS: '10000',
        K6_HTTP_DEBUG: 'full',
        K6_INSECURE_SKIP_TLS_VERIFY: 'true',
        SOAKD_TOKEN: 'secret',
        EMPTY: undefined,
      },
      workload({}),
    );
    expect(environment).toEqual({
      PATH: '/usr/bin',
      API_TOKEN: 'for the script',
      K6_INSECURE_SKIP_TLS_VERIFY: 'true',
    });
  });
});
