import { readFileSync, realpathSync } from 'node:fs';
import type { Clock } from '../base/clock.ts';
import { durableWriteMs, freeBytes } from '../base/disk.ts';
import { request } from '../base/http-request.ts';
import { clockIsSynchronised } from '../base/time-sync.ts';
import { checkWorkload } from '../load/check-workload.ts';
import { checkK6, type K6Binary } from '../load/k6-binary.ts';
import { samplerPlugins } from '../sample/registry.ts';
import { trySamplers } from '../sample/try.ts';
import type { PreflightPorts } from '../soak/preflight.ts';
import { mountOf } from '../store/sqlite/file-system.ts';

/** The real things behind the checks. `store` says what it found when the store can be used. */
export function preflightPorts(parts: {
  clock: Clock;
  k6: K6Binary;
  /** There already. */
  dataFolder: string;
  secret: (value: string) => string;
  /** What k6 inherits. */
  env: Readonly<Record<string, string | undefined>>;
  store: () => Promise<string>;
}): PreflightPorts {
  const { clock, k6, dataFolder, secret, env, store } = parts;
  return {
    clock,
    store,
    k6Version: async () => `${await checkK6(k6)} with soakd's extension, ${k6.path}`,
    disk: async () => ({
      folder: dataFolder,
      fileSystem: fileSystemOf(dataFolder),
      durableWriteMs: await usualWriteMs(dataFolder, clock),
      freeBytes: await freeBytes(dataFolder),
    }),
    clockIsSynchronised,
    tryWorkload: ({ workload }, targetUrl) => checkWorkload(workload, targetUrl, { k6Path: k6.path, env }),
    askTarget: async (url, signal) => (await request(url, { signal })).status,
    trySamplers: ({ monitoring }, targetUrl, signal) =>
      trySamplers(monitoring.samplers, samplerPlugins, { clock, targetUrl, secret }, signal),
  };
}

/** The quickest of three: one may have met somebody else's work. */
async function usualWriteMs(folder: string, clock: Clock): Promise<number> {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 3; time++) bestMs = Math.min(bestMs, await durableWriteMs(folder, clock));
  return bestMs;
}

function fileSystemOf(folder: string): string | null {
  try {
    return mountOf(readFileSync('/proc/self/mountinfo', 'utf8'), realpathSync(folder))?.type ?? null;
  } catch {
    return null;
  }
}
