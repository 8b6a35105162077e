/** Builds of k6 in the cache folder that nobody needs any more: each state of the sources leaves one of some 60 MB. */
import { existsSync, readdirSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeError } from '../../base/errors.ts';
import { processArguments, processIds } from '../../base/proc.ts';

/** The present one and the one before: who goes back a commit need not build again. */
const KEPT = 2;

/**
 * Removes all but the newest builds beside `current`, the one just made, and says so. One that runs stays: a soak of another
 * checkout may be at it for days.
 */
export function removeOldBuilds(current: string, say: (text: string) => void): void {
  // Without /proc (proc(5)) nobody could tell what runs.
  if (!existsSync('/proc/self/exe')) return;
  const folder = dirname(dirname(current));
  const others = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name, basename(current)))
    .filter((binary) => binary !== current)
    .toSorted((a, b) => builtMs(b) - builtMs(a));
  const old = others.slice(KEPT - 1);
  const running = old.length === 0 ? new Set<string>() : programsAtWork();
  for (const binary of old) {
    const name = basename(dirname(binary));
    if (running.has(binary) || (existsSync(binary) && running.has(realpathSync(binary)))) {
      say(`keeping the old k6 ${name}: it is in use`);
      continue;
    }
    try {
      rmSync(dirname(binary), { recursive: true, force: true });
      say(`removed the old k6 ${name}`);
    } catch (thrown) {
      say(`the old k6 ${name} cannot be removed: ${describeError(thrown)}`);
    }
  }
}

/** A folder without a finished binary is older than any. */
const builtMs = (binary: string): number => statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Programs that processes run, by their own word and by the system's; the latter is not told of other users' processes. */
function programsAtWork(): Set<string> {
  const programs = new Set<string>();
  for (const pid of processIds()) {
    for (const argument of processArguments(pid)) programs.add(argument);
    try {
      programs.add(readlinkSync(`/proc/${pid}/exe`));
    } catch {
      // Gone meanwhile, a thread of the kernel, or another user's.
    }
  }
  return programs;
}
