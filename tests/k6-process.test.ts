import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { isGroupAlive, oomScoreAdjustment, processStat, signalGroup } from '../src/base/proc.ts';
import type { LoadProcess } from '../src/load/engine.ts';
import { createK6Engine } from '../src/load/k6-engine.ts';
import { K6_OOM_THOUSANDTHS, k6MemoryBytes } from '../src/load/k6-memory.ts';
import type { ScriptWorkload } from '../src/model/profile.ts';
import type { LoadProcessRow } from '../src/model/run.ts';
import type { LoadWindow } from '../src/model/window.ts';
import { type K6Rig, k6Rig } from './support/k6-rig.ts';
import { requestsWorkload } from './support/load-order.ts';
import { iterationsOf, readAllWindows, requestsIn } from './support/window-sums.ts';

let rig: K6Rig | null = null;
afterEach(() => rig?.close());

const openRig = async (...answer: Parameters<typeof k6Rig>): Promise<K6Rig> => {
  rig = await k6Rig(...answer);
  return rig;
};

const HOUR_MS = 3_600_000;
const windowsOf = ({ engine }: K6Rig, { row }: LoadProcess): Promise<LoadWindow[]> => readAllWindows(engine(), row);

/** Inodes of the TCP sockets on which a process listens (state 0A in /proc/net/tcp, proc_pid_net(5)). */
function listeningSockets(pid: number): string[] {
  const own = readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // Closed meanwhile.
    }
  });
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && own.includes(`socket:[${fields[9]}]`))
    .map((fields) => fields[9] ?? '');
}

describe('a k6 process', () => {
  it('goes before soakd when memory ends, and knows of a limit before that', async () => {
    const rig = await openRig();
    rig.limitMemory(1e9);
    const { row } = await rig.start(rig.order(rig.plan(HOUR_MS, 60)));
    expect(oomScoreAdjustment(row.pid)).toBe((oomScoreAdjustment(process.pid) ?? 0) + K6_OOM_THOUSANDTHS);
    const environment = readFileSync(`/proc/${row.pid}/environ`, 'utf8').split('\0');
    expect(environment).toContain(`GOMEMLIMIT=${k6MemoryBytes(1e9)}`);
    expect(rig.logged).toEqual([]);
  });

  it('names what ended it: killed, terminated, a broken script', async () => {
    const rig = await openRig();
    const long = rig.plan(HOUR_MS, 600);
    for (const [signal, reason, says] of [
      ['SIGKILL', 'killed', 'killed by signal 9 (SIGKILL)'],
      // k6 hears this one, and ends by itself with a code.
      ['SIGTERM', 'terminated', ''],
    ] as const) {
      const k6 = await rig.start(rig.order(long));
      const before = rig.target.seen.length;
      await rig.target.came(before + 1);
      signalGroup(k6.row.pid, signal);
      expect(await k6.exited).toMatchObject({ reason, retry: true, detail: expect.stringContaining(says) });
    }
    const script: ScriptWorkload = {
      kind: 'script',
      file: resolve('tests/fixtures/own-script.js'),
      exec: 'nothing',
      timeoutMs: 1000,
      requestsPerIteration: 1,
      longestIterationMs: 1000,
    };
    const k6 = await rig.start(rig.order(long, script));
    const exit = await k6.exited;
    expect(exit).toMatchObject({ reason: 'script_exception', retry: false, exitCode: 107 });
    expect(exit.detail).toContain('exports no function "nothing"');
  });

  it('leaves no process behind when it stops in front of a hung target', async () => {
    const rig = await openRig();
    rig.target.hang();
    const workload = requestsWorkload([{}], 60_000);
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 1200), workload, { drainMs: 300 }));
    await rig.target.came(5);
    expect(await k6.stop(300)).toMatchObject({ reason: 'stopped' });
    expect(isGroupAlive(k6.row.pid)).toBe(false);
    expect(iterationsOf(await windowsOf(rig, k6)).interrupted).toBeGreaterThan(0);
  });

  it('stops even while it stands still', async () => {
    const rig = await openRig();
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 600)));
    await rig.target.came(2);
    signalGroup(k6.row.pid, 'SIGSTOP');
    expect(await k6.stop(0)).toMatchObject({ reason: 'stopped', retry: false });
    expect(isGroupAlive(k6.row.pid)).toBe(false);
  });

  it('listens on no port, so nobody else can steer it', async () => {
    const rig = await openRig();
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 600)));
    await rig.target.came(3);
    expect(listeningSockets(k6.row.pid)).toEqual([]);
    expect(listeningSockets(process.pid).length).toBeGreaterThan(0);
  });

  it('waits for a plan that begins later, and stops without having begun', async () => {
    const rig = await openRig();
    const k6 = await rig.start(rig.order(rig.plan(HOUR_MS, 1200, { startMs: systemClock.now() + HOUR_MS / 2 })));
    // Its windows, empty ones too, come from a k6 that is up and has nothing to do yet.
    for await (const _ of watch(dirname(k6.row.spoolFile))) if ((await windowsOf(rig, k6)).length > 0) break;
    expect(iterationsOf(await windowsOf(rig, k6)).started).toBe(0);
    expect(await k6.stop(500)).toMatchObject({ reason: 'stopped', retry: false });
    expect(rig.target.seen).toEqual([]);
  });
});

describe('a k6 whose owner is gone', () => {
  it('goes on when its owner is killed, is adopted by another, and stops for it', async () => {
    const rig = await openRig();
    const order = rig.order(rig.plan(HOUR_MS, 1200), undefined, { processId: 'orphan-1' });
    const owner = spawn(process.execPath, ['tests/support/mortal-owner.ts', JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const row: LoadProcessRow = JSON.parse(line.toString());
    await rig.target.came(5);
    const ownerGone = once(owner, 'exit');
    owner.kill('SIGKILL');
    await ownerGone;

    const before = rig.target.seen.length;
    await rig.target.came(before + 20);
    const adopted = await rig.engine().adopt(row, order);
    expect(adopted?.row.pid).toBe(row.pid);
    expect(await adopted?.stop(1000)).toMatchObject({ reason: 'stopped', exitCode: null });
    expect(isGroupAlive(row.pid)).toBe(false);
    expect(requestsIn(await readAllWindows(rig.engine(), row))).toEqual({ 'GET /: ok': rig.target.seen.length });
  });

  it('is lost, and worth another start, when it dies before the end of its plan', async () => {
    const rig = await openRig();
    const order = rig.order(rig.plan(HOUR_MS, 600));
    const k6 = await rig.start(order);
    await rig.target.came(2);
    const adopted = await rig.engine().adopt(k6.row, order);
    signalGroup(k6.row.pid, 'SIGKILL');
    expect(await adopted?.exited).toMatchObject({ reason: 'lost', retry: true, exitCode: null });
  });

  it('is not adopted when its pid belongs to an alien process by now', async () => {
    const rig = await openRig();
    const order = rig.order(rig.plan(HOUR_MS, 600));
    const alien = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
    await once(alien, 'spawn');
    const pid = alien.pid ?? 0;
    const startTicks = processStat(pid)?.startTicks ?? 0;
    const row = { processId: 'p1', pid, startTicks, startedMs: 0, spoolFile: '', committedOffset: 0 };
    try {
      expect(await rig.engine().adopt({ ...row, exitedMs: null, exitReason: null }, order)).toBeNull();
      expect(isGroupAlive(pid)).toBe(true);
    } finally {
      alien.kill('SIGKILL');
    }
  });
});

describe('a k6 that cannot do it', () => {
  it.each([
    ['/bin/true', 'k6_without_extension'],
    ['/nowhere/k6', 'k6_missing'],
  ])('is refused before anything is sent: %s', async (k6Path, code) => {
    const rig = await openRig();
    const engine = createK6Engine({ clock: systemClock, k6Path, scriptsFolder: 'k6', env: {} });
    const start = engine.start(rig.order(rig.plan(1000, 60)), new AbortController().signal);
    await expect(start).rejects.toMatchObject({ code, hint: expect.stringMatching(/./) });
    expect(rig.written()).toBe('');
  });
});
