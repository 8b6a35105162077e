/** Resolves `env:NAME` in the values of headers. */
export const resolveHeaders = (
  headers: Readonly<Record<string, string>>,
  secret: (value: string) => string,
): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secret(value)]));

/** An absolute address, or a path below the target's own, as the load takes it: a base address may have a path. */
export function addressOf(given: { url?: string | undefined; path?: string | undefined }, targetUrl: string): string {
  return given.url ?? `${targetUrl.replace(/\/+$/, '')}${given.path ?? '/'}`;
}

/** The machine behind an http address, as `SamplerPlugin.hosts` tells it. */
export const hostOf = (url: string): string => new URL(url).hostname;
