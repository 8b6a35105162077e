/** Files of a control group, version 2 (kernel: Documentation/admin-guide/cgroup-v2.rst). Missing files are null. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../base/file-errors.ts';

export interface CgroupReading {
  /** Heaps and stacks. */
  anonymousBytes: number | null;
  /** Page cache, tmpfs left out: the kernel gives it back when memory is short, so it is no leak. */
  fileBytes: number | null;
  /** tmpfs and shared memory: held until somebody deletes it. */
  sharedBytes: number | null;
  /** Kernel memory that cannot be reclaimed: stacks, page tables, sockets, slab. */
  kernelBytes: number | null;
  swapBytes: number | null;
  currentBytes: number | null;
  /** Null without a limit. */
  limitBytes: number | null;
  /** Processes and threads. */
  pids: number | null;
  /** CPU time since the group was made. */
  cpuUs: number | null;
  /** Processes killed for lack of memory since the group was made. */
  oomKills: number | null;
}

/** Parses flat keyed files: `anon 4096` a line. */
export function parseFlatKeyed(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [key, digits, ...rest] = line.trim().split(/\s+/);
    if (key === undefined || digits === undefined || rest.length > 0 || !/^\d+$/.test(digits)) continue;
    values.set(key, Number(digits));
  }
  return values;
}

/** Parses files of one number; `max` stands for none. */
export function parseSingle(text: string): number | null {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) : null;
}

/** The path of a process in the version 2 hierarchy, from /proc/PID/cgroup (`0::/system.slice/shop.service`); null without one. */
export const parseProcessCgroup = (text: string): string | null => /^0::(\/.*)$/m.exec(text)?.[1] ?? null;

export async function readCgroup(folder: string): Promise<CgroupReading> {
  const [stat, current, swap, limit, pids, cpu, events] = await Promise.all(
    [
      'memory.stat',
      'memory.current',
      'memory.swap.current',
      'memory.max',
      'pids.current',
      'cpu.stat',
      'memory.events',
    ].map((name) => textOf(join(folder, name))),
  );
  const memory = parseFlatKeyed(stat ?? '');
  const shared = memory.get('shmem') ?? null;
  return {
    anonymousBytes: memory.get('anon') ?? null,
    // `file` counts tmpfs too.
    fileBytes: difference(memory.get('file'), shared),
    sharedBytes: shared,
    // `kernel` is there since Linux 5.18.
    kernelBytes: difference(memory.get('kernel'), memory.get('slab_reclaimable') ?? null),
    swapBytes: parseSingle(swap ?? ''),
    currentBytes: parseSingle(current ?? ''),
    limitBytes: parseSingle(limit ?? ''),
    pids: parseSingle(pids ?? ''),
    cpuUs: parseFlatKeyed(cpu ?? '').get('usage_usec') ?? null,
    oomKills: parseFlatKeyed(events ?? '').get('oom_kill') ?? null,
  };
}

const difference = (whole: number | undefined, part: number | null): number | null =>
  whole === undefined ? null : Math.max(0, whole - (part ?? 0));

/** Null for a file that is not there: the controller is not switched on, or the kernel is older. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    // ENODEV: the group was removed between open and read.
    if (['ENOENT', 'ENODEV', 'EOPNOTSUPP'].includes(systemCode(thrown))) return null;
    throw thrown;
  }
}
