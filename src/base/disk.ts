/** The disk under a folder, as the system sees it. */

import { randomUUID } from 'node:crypto';
import { open, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from './clock.ts';

/** Bytes that an ordinary user may still write. Rejects with a system error. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/**
 * Milliseconds that one small durable write takes: write, fsync of the file, fsync of the folder. The file is removed
 * again. Rejects with a system error when any of it does not work.
 */
export async function durableWriteMs(folder: string, clock: Clock): Promise<number> {
  // A name of its own: two runs may check one folder at once.
  const path = join(folder, `.soakd-write-check-${randomUUID()}`);
  const startedMs = clock.monotonicMs();
  const file = await open(path, 'w', 0o600);
  try {
    await file.write('soakd checks that it can write here\n');
    await file.sync();
  } finally {
    await file.close();
  }
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
  const tookMs = clock.monotonicMs() - startedMs;
  await unlink(path);
  return tookMs;
}
