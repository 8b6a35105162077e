import type { SoakContext } from './context.ts';
import type { LiveRun } from './live-run.ts';

/** Reads the target's sources, k6 and the daemon itself each interval of the profile, until `signal` aborts. */
export async function runSamplers(_live: LiveRun, _context: SoakContext, _signal: AbortSignal): Promise<void> {}
