/** Is the daemon well enough to go on? A service manager that hears nothing starts it anew; k6 goes on meanwhile. */
import { type Clock, deadline } from '../base/clock.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import { canonicalTarget } from '../config/target.ts';
import type { Store } from '../store/store.ts';

export interface VitalPorts {
  clock: Clock;
  store: Pick<Store, 'runs' | 'lease'>;
  /** Rejects while the store takes no rows. */
  tryStore(): Promise<void>;
  /** The runs that live here. */
  live(): readonly { targetUrl: string }[];
  /** Who we are in leases. */
  holder: string;
  leaseMs: number;
  /** Names of background loops that ended although nobody told them to. */
  endedLoops(): readonly string[];
}

/** Whoever asks hangs when the store does; a busy one answers within the limit of a write. */
const ANSWER_MS = 5_000;

/**
 * What a new start might cure, one sentence each; empty when all is well. A store that is full or locked is not among it: rows
 * wait in memory for it, and a new start would lose them.
 */
export async function ailments(ports: VitalPorts): Promise<string[]> {
  const found = ports.endedLoops().map((name) => `nobody looks after: ${name}`);
  const limit = deadline(ports.clock, ANSWER_MS);
  const late = Promise.withResolvers<never>();
  const giveUp = (): void => late.reject(limit.signal.reason);
  limit.signal.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([askStore(ports), late.promise]);
    const stale = await Promise.race([staleTargets(ports), late.promise]);
    found.push(...stale.map((target) => `the lease on ${target} is not renewed`));
  } catch (thrown) {
    if (!isPassing(thrown)) found.push(`the store does not answer: ${describeError(thrown)}`);
  } finally {
    limit.signal.removeEventListener('abort', giveUp);
    limit.clear();
  }
  return found;
}

async function askStore({ store, tryStore }: VitalPorts): Promise<void> {
  await store.runs({ limit: 1 });
  await tryStore();
}

/** A run renews its lease three times in `leaseMs`: one that has been over for as long shows that its loops stand still. */
async function staleTargets({ clock, store, live, holder, leaseMs }: VitalPorts): Promise<string[]> {
  const stale: string[] = [];
  for (const { targetUrl } of live()) {
    const target = canonicalTarget(targetUrl);
    const lease = await store.lease(target);
    if (lease?.holder === holder && clock.now() - lease.expiresMs > leaseMs) stale.push(target);
  }
  return stale;
}

const isPassing = (thrown: unknown): boolean =>
  thrown instanceof SoakdError && (thrown.code === 'store_locked' || thrown.code === 'store_full');
