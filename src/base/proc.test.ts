import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import {
  isAlive,
  isGroupAlive,
  offerToOomKiller,
  oomScoreAdjustment,
  parseProcessStat,
  processArguments,
  processStat,
  signalGroup,
} from './proc.ts';

/** Fields 3 to 22 of proc_pid_stat(5) for a process with state S, parent 1, group 4242 and start 987654. */
const fields = 'S 1 4242 4242 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 987654 0';

let child: ChildProcess | null = null;
afterEach(() => child?.kill('SIGKILL'));

async function sleeper(): Promise<number> {
  child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  if (child.pid === undefined) throw new Error('no pid');
  return child.pid;
}

describe('processes', () => {
  it('are read from /proc even when their name holds brackets and spaces', () => {
    expect(parseProcessStat(`77 (a) S 1 (b) ${fields}`)).toEqual({
      pid: 77,
      state: 'S',
      parentPid: 1,
      processGroup: 4242,
      startTicks: 987654,
    });
    expect(parseProcessStat('77 no brackets')).toBeNull();
    expect(parseProcessStat('77 (cut) S 1')).toBeNull();
  });

  it('have an identity, arguments and a group while they live, and nothing afterwards', async () => {
    const pid = await sleeper();
    const stat = processStat(pid);
    expect(isAlive(stat)).toBe(true);
    expect(stat).toMatchObject({ pid, processGroup: pid });
    expect(stat?.startTicks).toBeGreaterThan(0);
    expect(processArguments(pid)).toEqual(['sleep', '60']);
    expect(isGroupAlive(pid)).toBe(true);

    const gone = child === null ? null : once(child, 'exit');
    expect(signalGroup(pid, 'SIGKILL')).toBe(true);
    await gone;
    expect(processStat(pid)).toBeNull();
    expect(isGroupAlive(pid)).toBe(false);
    expect(signalGroup(pid, 0)).toBe(false);
    expect(processArguments(pid)).toEqual([]);
  });

  it('a zombie is not alive', () => {
    expect(isAlive(parseProcessStat(`77 (k6) ${fields.replace('S', 'Z')}`))).toBe(false);
  });

  it('are taken before their owner when memory ends, as far as the kernel counts', async () => {
    const pid = await sleeper();
    const own = oomScoreAdjustment(process.pid) ?? 0;
    offerToOomKiller(pid, 300);
    expect(oomScoreAdjustment(pid)).toBe(Math.min(1000, own + 300));
    offerToOomKiller(pid, 5000);
    expect(oomScoreAdjustment(pid)).toBe(1000);
  });

  it('never signals its own group or everybody', () => {
    expect(() => signalGroup(0, 'SIGKILL')).toThrow(RangeError);
    expect(() => signalGroup(1, 'SIGKILL')).toThrow(RangeError);
  });
});
