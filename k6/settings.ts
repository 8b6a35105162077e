/** What soakd tells the scripts, and the options that they share. */
import type { LoadSettings } from '../src/model/load-settings.ts';

/** Where `load.json` of this start is. */
const file = __ENV.SOAKD_LOAD;
if (file === undefined) throw new Error('SOAKD_LOAD names no settings; these scripts are started by soakd');

export const settings: LoadSettings = JSON.parse(open(file));

interface Arrivals {
  scenarios: Record<string, Record<string, unknown>>;
}

/** The one scenario of a soak: iterations arrive by the plan (k6/xk6-soakd/README.md), whatever the target does. */
export function arrivals(more: Record<string, unknown> = {}): Arrivals {
  return {
    scenarios: {
      soak: {
        ...more,
        executor: 'soakd-arrival',
        planFile: settings.planFile,
        maxVUs: settings.users,
        drain: `${settings.drainMs}ms`,
        exec: 'default',
      },
    },
  };
}

/** Options of soakd's own workloads. */
export const options = {
  ...arrivals(),
  // Only bodies that a check reads are kept; each request says so itself.
  discardResponseBodies: true,
  // Returning users keep their cookies; new users have theirs cleared (see visitors.ts).
  noCookiesReset: true,
  // k6 caches an address for five minutes by default: too long to notice pods that were replaced.
  dns: { ttl: '1m', select: 'random', policy: 'preferIPv4' },
  userAgent: 'soakd (k6)',
};

/** An absolute address on the target; a path that is an address already stays as it is. */
export function addressOf(path: string): string {
  if (/^https?:\/\//.test(path)) return path;
  return `${settings.targetUrl.replace(/\/+$/, '')}/${path.replace(/^\/+/, '')}`;
}

/** A value with `env:NAME` (the whole value) or `${env:NAME}` (anywhere) resolved from the environment of k6. */
export function resolved(value: string): string {
  return value.replace(
    /^env:([A-Za-z_]\w*)$|\$\{env:([A-Za-z_]\w*)\}/g,
    (_, whole: string | undefined, part: string | undefined) => __ENV[whole ?? part ?? ''] ?? '',
  );
}

/** Every value of `headers` resolved; header names keep their case. */
export function resolvedHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, resolved(value)]));
}
