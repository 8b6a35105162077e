import type { DiskNeeded } from '../../plan/disk.ts';
import { formatBytes } from '../../verdict/quantity.ts';
import { type Check, failed, ok, warning } from './check.ts';

/** Each commit waits for the disk, on the thread that also answers. */
const SLOW_WRITE_MS = 250;

export interface DiskFacts {
  folder: string;
  /** `ext4`; null when it is not known. */
  fileSystem: string | null;
  durableWriteMs: number;
  freeBytes: number;
}

/** Is there room for the whole run, and is a durable write quick enough? `needed`: null without a profile. */
export function checkDisk(facts: DiskFacts, needed: DiskNeeded | null): Check {
  const { folder, fileSystem, durableWriteMs, freeBytes } = facts;
  const neededBytes = needed === null ? 0 : needed.storeBytes + needed.spoolBytes;
  const room =
    needed === null
      ? `${formatBytes(freeBytes)} free`
      : `${formatBytes(freeBytes)} free, the run needs about ${formatBytes(neededBytes)}`;
  const finding = `${folder}${fileSystem === null ? '' : ` on ${fileSystem}`}, ${room}; a durable write takes ${durableWriteMs.toFixed(0)} ms`;
  if (freeBytes < neededBytes) return failed('disk', finding, 'free some space, or give another folder with --data');
  if (freeBytes < 2 * neededBytes) {
    return warning(
      'disk',
      finding,
      'it may get tight: other programs write too, and rows wait in memory when it is full',
    );
  }
  if (durableWriteMs > SLOW_WRITE_MS) {
    return warning('disk', finding, 'soakd answers slowly while it waits for the disk: give a faster one with --data');
  }
  return ok('disk', finding);
}
