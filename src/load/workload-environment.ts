/** The environment of the k6 process: secrets reach it this way only, never by a file or a command line. */
import { SoakdError } from '../base/errors.ts';
import type { Workload } from '../model/profile.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A whole value `env:NAME`, or `${env:NAME}` anywhere in a value. */
const REFERENCE = /^env:([A-Za-z_]\w*)$|\$\{env:([A-Za-z_]\w*)\}/g;

/** Options of k6 that the environment may set; every other `K6_…` could replace the load that soakd plans. */
const KEPT_K6_OPTIONS = [
  'K6_BLACKLIST_IPS',
  'K6_BLOCK_HOSTNAMES',
  'K6_DNS',
  'K6_INSECURE_SKIP_TLS_VERIFY',
  'K6_LOCAL_IPS',
  'K6_TLS_CIPHER_SUITES',
  'K6_TLS_VERSION',
  'K6_USER_AGENT',
];

/** Names of the variables that a workload's headers, paths and bodies refer to, each once. */
export function referredVariables(workload: Workload): string[] {
  const names = new Set<string>();
  for (const value of valuesOf(workload)) {
    for (const [, whole, part] of value.matchAll(REFERENCE)) names.add(whole ?? part ?? '');
  }
  return [...names];
}

function valuesOf(workload: Workload): string[] {
  if (workload.kind === 'script') return [];
  if (workload.kind === 'chat') return [workload.path, ...Object.values(workload.headers)];
  return workload.requests.flatMap(({ path, headers, body }) => [path, body ?? '', ...Object.values(headers)]);
}

/**
 * The daemon's environment as k6 may see it: without options that would change the load, and without what is soakd's
 * own. Throws `workload_variable_missing` when the workload refers to a variable that is not set.
 */
export function k6Environment(env: Environment, workload: Workload): Record<string, string> {
  const missing = referredVariables(workload).filter((name) => env[name] === undefined);
  if (missing.length > 0) {
    throw new SoakdError(`the workload needs ${missing.join(', ')} from the environment`, {
      code: 'workload_variable_missing',
      hint: `set ${missing.length === 1 ? 'it' : 'them'} where soakd runs, or remove env: from the profile`,
      httpStatus: 409,
    });
  }
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || name.startsWith('SOAKD_')) continue;
    if (name.startsWith('K6_') && !name.startsWith('K6_BROWSER_') && !KEPT_K6_OPTIONS.includes(name)) continue;
    environment[name] = value;
  }
  return environment;
}
