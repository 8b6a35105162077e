/**
 * Which run loads which target, told to the other soakds of one user on one machine: their stores know nothing of each
 * other. A file each claim and process, so that nobody ever has to replace another's; one whose process is gone is void.
 */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from '../base/digest.ts';
import { describeError } from '../base/errors.ts';
import { isMissing } from '../base/file-errors.ts';
import { makeFolder } from '../base/folder.ts';
import type { HolderAlive, SoakLog, TargetClaim, TargetClaims } from '../soak/context.ts';

const claimSchema = z.object({
  target: z.string(),
  runId: z.string(),
  dataFolder: z.string(),
  holder: z.string(),
  pid: z.int(),
});

/**
 * The user's cache folder (XDG Base Directory Specification), null without a home. Not the runtime folder: a service of
 * the same user may have none.
 */
export function claimsFolder(env: Readonly<Record<string, string | undefined>>): string | null {
  const cache = env.XDG_CACHE_HOME || (env.HOME && join(env.HOME, '.cache'));
  return cache?.startsWith('/') ? join(cache, 'soakd', 'targets') : null;
}

/** Claims of a soakd that works in `dataFolder`. Where they cannot be written, nothing is claimed: each run loads on. */
export function targetClaims(
  folder: string | null,
  own: { dataFolder: string; holder: string; pid: number },
  holderAlive: HolderAlive,
  log: Pick<SoakLog, 'info'>,
): TargetClaims {
  const fileOf = (target: string, runId: string): string => `${digestOf(target).slice(0, 16)}-${own.pid}-${runId}.json`;

  /** Ours is written first: of two that claim at the same moment each sees the other, and neither loads. */
  function take(target: string, runId: string, into: string): TargetClaim | null {
    makeFolder(into, 'XDG_CACHE_HOME');
    const name = fileOf(target, runId);
    const temporary = join(into, `.${name}.tmp`);
    writeFileSync(temporary, JSON.stringify({ target, runId, ...own }), { mode: 0o600 });
    renameSync(temporary, join(into, name));
    for (const other of readdirSync(into)) {
      if (other === name || !other.endsWith('.json')) continue;
      const claim = readClaim(join(into, other));
      // Within one data folder the store's leases decide.
      if (claim === null || claim.dataFolder === own.dataFolder) continue;
      const alive = holderAlive(claim.holder);
      if (alive === false) rmSync(join(into, other), { force: true });
      if (alive === true && claim.target === target) {
        rmSync(join(into, name), { force: true });
        return claim;
      }
    }
    return null;
  }

  const unlessUnusable = <T>(work: (into: string) => T): T | null => {
    try {
      return folder === null ? null : work(folder);
    } catch (thrown) {
      log.info({ folder, reason: describeError(thrown) }, 'other data folders of this user are not told of the target');
      return null;
    }
  };

  return {
    take: (target, runId) => unlessUnusable((into) => take(target, runId, into)),
    release: (target, runId) => {
      unlessUnusable((into) => rmSync(join(into, fileOf(target, runId)), { force: true }));
    },
  };
}

/** Null for what is gone by now, or is no claim. */
function readClaim(path: string): (TargetClaim & { target: string; holder: string }) | null {
  try {
    return claimSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? null;
  } catch (thrown) {
    if (isMissing(thrown) || thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
