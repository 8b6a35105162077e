import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OneSampler, samplerContext } from '../../../tests/support/one-sampler.ts';
import { temporaryFolder } from '../../../tests/support/server-process.ts';
import { ownPid } from '../../base/own-process.ts';
import { parseFlatKeyed, parseProcessCgroup, parseSingle } from '../cgroup-files.ts';
import { cgroupSource } from './cgroup.ts';

/** As Linux 6.1 shows them for a service; what is not read left out. */
const FILES = {
  'memory.stat':
    'anon 52428800\nfile 314572800\nkernel 8388608\nshmem 4194304\nslab_reclaimable 6291456\nslab 7340032\n',
  'memory.current': '375390208\n',
  'memory.swap.current': '1048576\n',
  'memory.max': '536870912\n',
  'memory.events': 'low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n',
  'pids.current': '23\n',
  'cpu.stat': 'usage_usec 5000000\nuser_usec 4000000\nsystem_usec 1000000\n',
};

let folder: { path: string; remove: () => Promise<void> };
beforeEach(async () => {
  folder = await temporaryFolder('cgroup');
});
afterEach(() => folder.remove());

const write = async (files: Record<string, string>): Promise<string> => {
  const path = join(folder.path, 'shop.service');
  await mkdir(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return path;
};

describe('samples of a control group', () => {
  it('tell memory that is held from page cache that is not', async () => {
    const sampler = await OneSampler.start('cgroup', { path: await write(FILES) }, samplerContext());
    expect(await sampler.read()).toEqual({
      anonymous_bytes: 52_428_800,
      file_bytes: 314_572_800 - 4_194_304,
      shared_bytes: 4_194_304,
      kernel_bytes: 8_388_608 - 6_291_456,
      swap_bytes: 1_048_576,
      current_bytes: 375_390_208,
      limit_bytes: 536_870_912,
      usage_percent: (100 * (375_390_208 - 310_378_496)) / 536_870_912,
      tasks: 23,
      oom_kills: 1,
      cpu_percent: null,
    });
    const leaks = sampler.sampler.series.filter(({ leakCandidate }) => leakCandidate).map(({ name }) => name);
    expect(leaks).toEqual(['anonymous_bytes', 'shared_bytes', 'kernel_bytes', 'swap_bytes', 'tasks']);
    expect(sampler.sampler.series.filter(({ memory }) => memory).map(({ name }) => name)).toEqual(['anonymous_bytes']);
  });

  it('tell the CPU used of one core between two readings', async () => {
    const path = await write(FILES);
    const clock = { ...samplerContext().clock, monotonicMs: () => nowMs };
    let nowMs = 0;
    const sampler = await OneSampler.start('cgroup', { path }, samplerContext({ clock }));
    await sampler.read();
    await write({ 'cpu.stat': 'usage_usec 20000000\n' });
    nowMs = 10_000;
    expect((await sampler.read()).cpu_percent).toBe(150);
  });

  it('are null, not zero, without a limit and for what the kernel does not count', async () => {
    const path = await write({ 'memory.max': 'max\n', 'memory.current': '4096\n' });
    const values = await (await OneSampler.start('cgroup', { path }, samplerContext())).read();
    const { current_bytes, ...others } = values;
    expect(current_bytes).toBe(4096);
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });

  it('know a group that was made anew by its inode, and fail while there is none', async () => {
    const path = await write(FILES);
    const sampler = await OneSampler.start('cgroup', { path }, samplerContext());
    await sampler.read();
    const identity = sampler.sampler.identity?.();
    await rm(path, { recursive: true });
    await expect(sampler.read()).rejects.toThrow(`there is no group ${path}`);
    expect(sampler.sampler.identity?.()).toBeNull();
    // Another folder first, so that the file system does not give the same inode again.
    await mkdir(join(folder.path, 'between'));
    await write(FILES);
    await sampler.read();
    expect(sampler.sampler.identity?.()).not.toBe(identity);
  });

  it('find the group of a process of this machine, or say that there is no version 2', async () => {
    const sampler = await OneSampler.start('cgroup', { pid: ownPid() }, samplerContext());
    const read = await sampler.read().then(
      (values) => ({ values, reason: null }),
      (thrown: unknown) => ({ values: null, reason: String(thrown) }),
    );
    if (read.values === null) expect(read.reason).toContain('no control groups of version 2');
    else {
      expect(sampler.sampler.identity?.()).toMatch(/^group \d+$/);
      for (const value of Object.values(read.values)) if (value !== null) expect(value).toBeGreaterThanOrEqual(0);
    }
  });

  it('want one of path and pid', () => {
    expect(cgroupSource.settings.safeParse({}).success).toBe(false);
    expect(cgroupSource.settings.safeParse({ path: 'a', pid: 1 }).success).toBe(false);
    expect(cgroupSource.settings.safeParse({ path: 'system.slice/shop.service' }).success).toBe(true);
  });
});

describe('files of control groups', () => {
  it('are parsed, odd lines passed over', () => {
    expect([...parseFlatKeyed('anon 1\nfile\nbad x\nper_node N0=1 N1=2\nkernel 3')]).toEqual([
      ['anon', 1],
      ['kernel', 3],
    ]);
    expect([parseSingle('17\n'), parseSingle('max\n'), parseSingle('')]).toEqual([17, null, null]);
    expect(parseProcessCgroup('12:memory:/a\n0::/system.slice/shop.service\n')).toBe('/system.slice/shop.service');
    expect(parseProcessCgroup('12:memory:/a\n')).toBeNull();
  });
});
