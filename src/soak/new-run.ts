import { EXIT, SoakdError } from '../base/errors.ts';
import { compactTime, isoTime } from '../base/iso-time.ts';
import { checkTargetUrl } from '../config/target.ts';
import type { Profile } from '../model/profile.ts';
import type { Run } from '../model/run.ts';
import type { SoakContext } from './context.ts';
import type { StartRequest } from './control.ts';

/** Shorter than this a rehearsal has no windows to speak of. */
const MIN_REHEARSAL_MS = 30_000;

/**
 * The run that a request asks for. Throws a SoakdError for a target that is missing or no address, and for a rehearsal
 * that would be longer than the run itself.
 */
export function newRun(
  request: StartRequest,
  profile: Profile,
  { clock, random, settings, soakdVersion }: Pick<SoakContext, 'clock' | 'random' | 'settings' | 'soakdVersion'>,
): Run {
  const nowMs = clock.now();
  const startMs = request.startAtMs ?? nowMs + settings.leadMs;
  const compression = rehearsalCompression(profile, request.rehearseMs);
  return {
    id: runId(nowMs, random()),
    name: profile.name,
    targetUrl: targetOf(request, profile),
    profile,
    profileSource: request.profileSource,
    createdMs: nowMs,
    startMs,
    endMs: Math.round(startMs + profile.durationMs / compression),
    compression,
    rehearsal: request.rehearseMs !== undefined,
    environment: profile.environment,
    labels: { ...profile.labels, ...request.labels },
    startedBy: request.who,
    soakdVersion,
    ...(request.requestDigest === undefined ? {} : { requestDigest: request.requestDigest }),
  };
}

/** Throws a SoakdError for a start that is over. Not asked of a run that was begun before, by the same idempotency key. */
export function refuseStartInPast({ startMs, createdMs }: Pick<Run, 'startMs' | 'createdMs'>): void {
  if (startMs >= createdMs) return;
  throw badInput('start_in_past', `the start ${isoTime(startMs)} is over`, 'give a time to come, or none for now');
}

/** How much faster the profile's clock runs; 1 without a rehearsal. Throws a SoakdError for one too short or too long. */
export function rehearsalCompression(profile: Pick<Profile, 'durationMs'>, rehearseMs: number | undefined): number {
  if (rehearseMs === undefined) return 1;
  if (!(rehearseMs >= MIN_REHEARSAL_MS)) {
    throw badInput(
      'rehearsal_too_short',
      'a rehearsal takes at least 30 s',
      'windows are 10 s long: try --rehearse 6m',
    );
  }
  if (rehearseMs > profile.durationMs) {
    throw badInput(
      'rehearsal_too_long',
      'the rehearsal is longer than the run',
      'leave --rehearse away to run it in real time',
    );
  }
  return profile.durationMs / rehearseMs;
}

function targetOf(request: StartRequest, profile: Profile): string {
  const target = request.targetUrl ?? profile.targetUrl;
  if (target === null) {
    throw badInput(
      'target_missing',
      'the profile names no target',
      'give --target URL, or `target:` with `url:` in the profile',
    );
  }
  // The last gate before the address is stored and shown: no user or password passes.
  const checked = checkTargetUrl(target);
  if (!checked.ok) throw badInput('target_invalid', `the target: ${checked.problem}`, checked.hint);
  return checked.value;
}

/** Sortable by time, unique: `20261121T120000Z-3f9a`. */
function runId(nowMs: number, random: number): string {
  return `${compactTime(nowMs)}-${Math.floor(random * 0x10000)
    .toString(16)
    .padStart(4, '0')}`;
}

const badInput = (code: string, message: string, hint: string): SoakdError =>
  new SoakdError(message, { code, hint, exitCode: EXIT.badInput, httpStatus: 400 });
