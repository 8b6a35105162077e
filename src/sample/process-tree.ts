import pidusage from 'pidusage';
import { bootTimeMs } from '../base/boot-time.ts';
import type { Clock } from '../base/clock.ts';
import { isAlive, type ProcessStat, processIds, processStat } from '../base/proc.ts';
import { descriptorsOf, processStatus, type Socket, tcpSockets } from './proc.ts';

/** A process and, when asked for, all its descendants, summed. Null: not known now. */
export interface TreeReading {
  /** Of one core: two busy threads are 200. */
  cpuPercent: number | null;
  /** Pages that processes share count once for each. */
  rssBytes: number | null;
  anonymousBytes: number | null;
  swapBytes: number | null;
  threads: number | null;
  descriptors: number | null;
  connections: Record<Socket['state'], number> | null;
  processes: number;
}

/** Linux reports start times in ticks of 1/100 s whatever the kernel's own tick is (USER_HZ; proc_pid_stat(5)). */
const TICK_MS = 10;

/**
 * pidusage keeps an open file of each process it was asked for, and forgets it after this time. Longer than the
 * time between two readings; with 0 it would open the file over and over and never answer.
 */
const FORGET_AFTER_MS = 60_000;

/** `pid/startTicks`: a pid alone may be given again. */
export const processIdentity = ({ pid, startTicks }: ProcessStat): string => `pid ${pid}, start tick ${startTicks}`;

/** When a process began, Unix ms; null where /proc does not tell. */
export function startedMs({ startTicks }: ProcessStat, clock: Clock): number | null {
  const bootMs = bootTimeMs();
  return bootMs === null ? null : clock.now() - bootMs + startTicks * TICK_MS;
}

/** The process and its descendants, the process first. */
export function treeOf(root: ProcessStat, all: readonly ProcessStat[]): ProcessStat[] {
  const children = Map.groupBy(all, ({ parentPid }) => parentPid);
  const tree = [root];
  for (const { pid } of tree) {
    for (const child of children.get(pid) ?? []) if (child.pid !== root.pid) tree.push(child);
  }
  return tree;
}

export class ProcessTreeReader {
  readonly #withChildren: boolean;
  readonly #withConnections: boolean;
  /** CPU time and age of each process at the reading before, by identity. */
  #before = new Map<string, { cpuMs: number; ageMs: number }>();

  /**
   * The table of connections costs the kernel up to 20 ms however few there are, and each socket of the process a look:
   * too much for a generator with thousands of them, of which nobody asks.
   */
  constructor(options: { children: boolean; connections: boolean }) {
    this.#withChildren = options.children;
    this.#withConnections = options.connections;
  }

  async read(root: ProcessStat): Promise<TreeReading> {
    const tree = this.#withChildren
      ? treeOf(
          root,
          processIds().flatMap((pid) => {
            const stat = processStat(pid);
            return stat !== null && isAlive(stat) ? [stat] : [];
          }),
        )
      : [root];
    const [usage, statuses, descriptors, sockets] = await Promise.all([
      usageOf(tree),
      Promise.all(tree.map(({ pid }) => processStatus(pid))),
      Promise.all(tree.map(({ pid }) => descriptorsOf(pid, this.#withConnections))),
      this.#withConnections ? tcpSockets(root.pid) : null,
    ]);
    const seen = descriptors.filter((one) => one !== null);
    return {
      cpuPercent: this.#cpuPercent(tree, usage),
      // A part of a sum would look like a drop: without the main process there is none.
      rssBytes: usage.has(root.pid) ? sumOf(tree.map(({ pid }) => usage.get(pid)?.memory ?? null)) : null,
      anonymousBytes: sumOf(statuses.map((status) => status?.anonymousBytes ?? null)),
      swapBytes: sumOf(statuses.map((status) => status?.swapBytes ?? null)),
      threads: sumOf(statuses.map((status) => status?.threads ?? null)),
      descriptors: descriptors[0] === null ? null : sumOf(seen.map(({ count }) => count)),
      connections:
        descriptors[0] === null || sockets === null
          ? null
          : connectionsOf(
              sockets,
              seen.flatMap(({ socketInodes }) => socketInodes),
            ),
      processes: tree.length,
    };
  }

  /**
   * CPU time used between two readings. pidusage's own `cpu` is not used: its first answer is always 0, and two readers
   * of one process in the same moment get 0 or infinity. What ended children used last is lost.
   */
  #cpuPercent(tree: readonly ProcessStat[], usage: ReadonlyMap<number, pidusage.Status>): number | null {
    const now = new Map<string, { cpuMs: number; ageMs: number }>();
    const before = this.#before;
    let usedMs = 0;
    let passedMs: number | null = null;
    tree.forEach((stat, index) => {
      const one = usage.get(stat.pid);
      if (one === undefined) return;
      const key = processIdentity(stat);
      now.set(key, { cpuMs: one.ctime, ageMs: one.elapsed });
      const earlier = before.get(key);
      if (index === 0 && earlier !== undefined) passedMs = one.elapsed - earlier.ageMs;
      // A child that is new has used all its time since the reading before.
      usedMs += Math.max(0, one.ctime - (earlier?.cpuMs ?? 0));
    });
    this.#before = now;
    return passedMs === null || passedMs <= 0 ? null : (100 * usedMs) / passedMs;
  }
}

async function usageOf(tree: readonly ProcessStat[]): Promise<Map<number, pidusage.Status>> {
  const usage = new Map<number, pidusage.Status>();
  try {
    const found: Record<string, pidusage.Status | null | undefined> = await pidusage(
      tree.map(({ pid }) => pid),
      { maxage: FORGET_AFTER_MS },
    );
    for (const [pid, one] of Object.entries(found)) if (one) usage.set(Number(pid), one);
  } catch {
    // Of one pid a failure is thrown, of several it is left out: both come to the same below.
  }
  const unread = tree.filter(({ pid }) => !usage.has(pid));
  if (unread.some(({ pid, startTicks }) => processStat(pid)?.startTicks === startTicks)) {
    // It lives: the file that pidusage keeps open is of an earlier process with this pid, and asking keeps it open.
    pidusage.clear();
  }
  return usage;
}

/** Null when nothing is known; a process that ended during the reading counts for nothing. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** Sockets by state, of those that the processes hold; one that two hold counts once. */
function connectionsOf(sockets: readonly Socket[], inodes: readonly string[]): Record<Socket['state'], number> {
  const held = new Set(inodes);
  const connections = { established: 0, close_wait: 0, listen: 0, other: 0 };
  for (const { inode, state } of sockets) if (held.has(inode)) connections[state]++;
  return connections;
}
