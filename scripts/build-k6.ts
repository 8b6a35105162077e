/** k6 for a clone, in the cache folder: the last step of `npm run setup`. Exit code 5: it cannot be built here. */
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { SoakdError } from '../src/base/errors.ts';
import { provideK6 } from '../src/load/k6-build/build.ts';

const CANNOT_BUILD = 5;

const startedMs = performance.now();

const say = (text: string): void => {
  console.error(`set-up ${`${Math.round((performance.now() - startedMs) / 1000)}`.padStart(3)} s: ${text}`);
};

try {
  const given = process.env.SOAKD_K6;
  const { path, version } = await provideK6({ clock: systemClock, say }, process.env, join(import.meta.dirname, '..'));
  if (given) console.error(`set-up: k6 ${version} from ${path}`);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  if (thrown instanceof SoakdError) {
    for (const detail of thrown.details) console.error(detail);
    console.error(thrown.hint);
  }
  process.exitCode = CANNOT_BUILD;
}
