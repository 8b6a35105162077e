/** A control group, version 2: what a container or a systemd service uses, page cache told from memory. */
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import { isMissing } from '../../base/file-errors.ts';
import { type CgroupReading, parseProcessCgroup, readCgroup } from '../cgroup-files.ts';
import { CounterOwner, CounterRate } from '../rate.ts';
import type { Sampler, SamplerPlugin, SeriesDeclaration } from '../sampler.ts';

/** Where the hierarchy is mounted: alone, or beside version 1. */
const MOUNTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];

const settings = z
  .strictObject({
    path: z
      .string()
      .min(1, 'is empty')
      .describe('folder of the group: absolute, or below the mount point, such as system.slice/shop.service')
      .optional(),
    pid: z
      .int()
      .min(1, 'is below 1')
      .describe('a process in the group; its group is found once, at the start')
      .optional(),
  })
  .superRefine((given, context) => {
    if ((given.path === undefined) === (given.pid === undefined)) {
      context.addIssue({
        code: 'custom',
        message: given.path === undefined ? 'does not say which group' : 'path and pid exclude each other',
        params: { hint: 'give one of path, pid' },
      });
    }
  });

const gauge = { leakCandidate: false, memory: false } as const;

const SERIES: readonly (SeriesDeclaration & { of: (reading: CgroupReading) => number | null })[] = [
  { name: 'anonymous_bytes', unit: 'bytes', leakCandidate: true, memory: true, of: (group) => group.anonymousBytes },
  { name: 'file_bytes', unit: 'bytes', ...gauge, of: (group) => group.fileBytes },
  { name: 'shared_bytes', unit: 'bytes', leakCandidate: true, memory: false, of: (group) => group.sharedBytes },
  { name: 'kernel_bytes', unit: 'bytes', leakCandidate: true, memory: false, of: (group) => group.kernelBytes },
  { name: 'swap_bytes', unit: 'bytes', leakCandidate: true, memory: false, of: (group) => group.swapBytes },
  { name: 'current_bytes', unit: 'bytes', ...gauge, of: (group) => group.currentBytes },
  { name: 'limit_bytes', unit: 'bytes', ...gauge, of: (group) => group.limitBytes },
  { name: 'usage_percent', unit: 'percent', ...gauge, of: usagePercent },
  { name: 'tasks', unit: 'count', leakCandidate: true, memory: false, of: (group) => group.pids },
  { name: 'oom_kills', unit: 'count', ...gauge, of: (group) => group.oomKills },
];

export const cgroupSource: SamplerPlugin<typeof settings> = {
  kind: 'cgroup',
  settings,

  start(given, { clock }): Sampler {
    const group = new CounterOwner();
    const cpu = group.add(new CounterRate());
    let folder: string | null = null;
    let identity: string | null = null;

    return {
      series: [
        ...SERIES.map(({ of: _, ...declaration }) => declaration),
        { name: 'cpu_percent', unit: 'percent', ...gauge },
      ],
      cheap: true,
      async read() {
        identity = null;
        folder ??= await folderOf(given);
        // The inode of a group is never given again: a container or a service that was started anew has another.
        const { ino } = await stat(folder, { bigint: true }).catch((thrown: unknown) => {
          throw new SoakdError(`there is no group ${folder}`, {
            code: 'cgroup_not_found',
            hint: 'is the service running? systemctl show -p ControlGroup SERVICE tells its group',
            cause: isMissing(thrown) ? undefined : thrown,
          });
        });
        const reading = await readCgroup(folder);
        identity = `group ${ino}`;
        group.is(identity);
        const cpuUsPerSecond = cpu.next(reading.cpuUs, clock.monotonicMs());
        return [...SERIES.map(({ of }) => of(reading)), cpuUsPerSecond === null ? null : cpuUsPerSecond / 10_000];
      },
      identity: () => identity,
    };
  },
};

/** What cannot be given back, in percent of the limit; null without a limit. */
function usagePercent({ currentBytes, fileBytes, limitBytes }: CgroupReading): number | null {
  if (currentBytes === null || limitBytes === null || limitBytes === 0) return null;
  return (100 * Math.max(0, currentBytes - (fileBytes ?? 0))) / limitBytes;
}

async function folderOf(given: z.output<typeof settings>): Promise<string> {
  if (given.path !== undefined && isAbsolute(given.path)) return given.path;
  const mount = await mountPoint();
  if (given.path !== undefined) return join(mount, given.path);
  const text = await readFile(`/proc/${given.pid}/cgroup`, 'utf8').catch((thrown: unknown) => {
    throw new SoakdError(`no process has pid ${given.pid}`, {
      code: 'process_not_found',
      hint: 'give the path of the group: it outlives its processes',
      cause: isMissing(thrown) ? undefined : thrown,
    });
  });
  return join(mount, parseProcessCgroup(text) ?? '/');
}

async function mountPoint(): Promise<string> {
  for (const mount of MOUNTS) {
    const found = await stat(join(mount, 'cgroup.controllers')).catch(() => null);
    if (found !== null) return mount;
  }
  throw new SoakdError('this machine has no control groups of version 2', {
    code: 'cgroup_v1',
    hint: 'boot with systemd.unified_cgroup_hierarchy=1, or use the kind process',
  });
}
