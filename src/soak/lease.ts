import { sleeps } from '../base/clock.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import { canonicalTarget } from '../config/target.ts';
import type { Lease } from '../store/store.ts';
import type { SoakContext } from './context.ts';

type LeasePorts = Pick<SoakContext, 'store' | 'clock' | 'holder' | 'holderAlive' | 'targetClaims' | 'settings'>;

/**
 * Takes the target for `runId`. The lease of a holder whose process is dead is taken over; one that lives, or whose
 * fate cannot be known and whose lease has not expired, is respected: SoakdError `target_busy`; so is the claim of a run
 * of another data folder.
 */
export async function takeLease(ports: LeasePorts, targetUrl: string, runId: string): Promise<void> {
  const { store, clock, holder, holderAlive, targetClaims, settings } = ports;
  const target = canonicalTarget(targetUrl);
  const present = await store.lease(target);
  if (present !== null && present.holder !== holder && holderAlive(present.holder) === false) {
    // Of the dead one only: another daemon may have found it dead as well, and have taken the target since.
    await store.releaseLease(present);
  }
  const nowMs = clock.now();
  if (await store.acquireLease({ target, runId, holder, expiresMs: nowMs + settings.leaseMs }, nowMs)) {
    const other = targetClaims.take(target, runId);
    if (other === null) return;
    await store.releaseLease({ target, runId, holder });
    throw targetBusy(target, other.runId, ` (data folder ${other.dataFolder}, pid ${other.pid})`);
  }
  const busy = present ?? (await store.lease(target));
  throw targetBusy(target, busy?.runId ?? null);
}

/** Gives the target up: nobody is kept from it any more. */
export async function dropLease(
  { store, holder, targetClaims }: Pick<LeasePorts, 'store' | 'holder' | 'targetClaims'>,
  { id, targetUrl }: { id: string; targetUrl: string },
): Promise<void> {
  const target = canonicalTarget(targetUrl);
  targetClaims.release(target, id);
  await store.releaseLease({ target, runId: id, holder });
}

/** `runId`: who loads the target, null when that is not known; `where`: words that place it. */
export const targetBusy = (target: string, runId: string | null, where = ''): SoakdError =>
  new SoakdError(`${target} is being soaked by run ${runId ?? 'of somebody else'}${where}`, {
    code: 'target_busy',
    hint: `one run at a time for one target: wait for it, or stop it: Ctrl-C where \`soakd run\` runs it, \`soakd stop ${runId ?? 'RUN'}\` where a daemon does`,
    httpStatus: 409,
  });

/**
 * The lease of a run whose owner lives, else null. An owner whose fate cannot be known from here is taken to live until
 * its lease expires.
 */
export async function livingLease(
  { store, clock, holderAlive }: Pick<SoakContext, 'store' | 'clock' | 'holderAlive'>,
  run: { id: string; targetUrl: string },
): Promise<Lease | null> {
  const lease = await store.lease(canonicalTarget(run.targetUrl));
  if (lease === null || lease.runId !== run.id) return null;
  return (holderAlive(lease.holder) ?? lease.expiresMs > clock.now()) ? lease : null;
}

/** Renews the lease until `signal` aborts. Losing it to somebody else is told once by `onLost`; the run goes on. */
export async function keepLease(
  ports: LeasePorts,
  run: { id: string; targetUrl: string },
  onLost: (reason: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { store, clock, holder, settings } = ports;
  const target = canonicalTarget(run.targetUrl);
  let lost = false;
  while (await sleeps(clock, settings.leaseMs / 3, signal)) {
    const nowMs = clock.now();
    let reason: string | null = null;
    try {
      const held = await store.acquireLease(
        { target, runId: run.id, holder, expiresMs: nowMs + settings.leaseMs },
        nowMs,
      );
      if (!held) reason = 'somebody else holds it';
    } catch (thrown) {
      reason = describeError(thrown);
    }
    if (reason !== null && !lost) onLost(reason);
    lost = reason !== null;
  }
}
