/** What the end of a k6 process means (k6 errext/exitcodes; `128 + n` and signals as wait(2) gives them). */
import { constants } from 'node:os';
import type { LoadExit } from './engine.ts';

export interface RawExit {
  exitCode: number | null;
  signal: string | null;
}

export interface ExitCircumstances {
  /** soakd asked for the end. */
  asked: boolean;
  /** The plan's end had been reached. */
  afterPlan: boolean;
  /** The kernel's count of processes killed for want of memory grew while k6 ran. */
  outOfMemory: boolean;
  /** Last lines of k6's log. */
  detail: string;
}

/** A retry helps against what may pass: the same start with the same script and options fails again. */
const BY_CODE: Record<number, { reason: string; retry: boolean }> = {
  0: { reason: 'finished', retry: false },
  2: { reason: 'panic', retry: true }, // The Go runtime's own fatal errors.
  99: { reason: 'thresholds_failed', retry: false },
  100: { reason: 'setup_timeout', retry: true },
  101: { reason: 'teardown_timeout', retry: false },
  102: { reason: 'timeout', retry: true },
  103: { reason: 'stopped_by_api', retry: false },
  104: { reason: 'config', retry: false },
  105: { reason: 'terminated', retry: true },
  106: { reason: 'api_port', retry: true },
  107: { reason: 'script_exception', retry: false },
  108: { reason: 'script_aborted', retry: false },
  109: { reason: 'panic', retry: true },
  110: { reason: 'script_failed', retry: false },
};

/** Names the end of a process that was our child. */
export function exitOf(raw: RawExit, circumstances: ExitCircumstances): LoadExit {
  const detail = [raw.signal === null ? '' : killedBy(raw.signal), circumstances.detail].filter(Boolean).join('\n');
  return { ...raw, ...reasonOf(raw, circumstances), detail };
}

/** `killed by signal 9 (SIGKILL)`: k6's own log cannot tell it. */
function killedBy(signal: string): string {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return number === undefined ? `killed by ${signal}` : `killed by signal ${number} (${signal})`;
}

function reasonOf(
  { exitCode, signal }: RawExit,
  { asked, outOfMemory, detail }: ExitCircumstances,
): { reason: string; retry: boolean } {
  if (asked) return { reason: signal === 'SIGKILL' ? 'killed' : 'stopped', retry: false };
  if (signal === 'SIGKILL') return { reason: outOfMemory ? 'out_of_memory' : 'killed', retry: true };
  if (signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP') return { reason: 'terminated', retry: true };
  if (signal !== null) return { reason: 'crashed', retry: true };
  const known = BY_CODE[exitCode ?? -1] ?? { reason: 'error', retry: true };
  // setup() talks to the target, which may be away for a moment; any other exception comes again.
  if (known.reason === 'script_exception' && /\bat setup\b/.test(detail)) return { ...known, retry: true };
  return known;
}

/** Names the end of an adopted process: whoever is not its parent never learns the exit code. */
export function exitOfAdopted({ asked, afterPlan, detail }: ExitCircumstances): LoadExit {
  const known = { exitCode: null, signal: null, detail };
  if (asked) return { ...known, reason: 'stopped', retry: false };
  return afterPlan ? { ...known, reason: 'finished', retry: false } : { ...known, reason: 'lost', retry: true };
}
