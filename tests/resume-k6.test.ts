import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { isAlive, processArguments, processIds, processStat } from '../src/base/proc.ts';
import { FINAL_STATES } from '../src/model/run.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { DaemonProgram, type Told } from './support/daemon-program.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { SHORT_PROFILE } from './support/short-profile.ts';

const REHEARSE_MS = 30_000;
const isOver = (state: string | undefined): boolean => FINAL_STATES.some((final) => final === state);

/** Process ids of every k6 that works in this folder. */
const generatorsIn = (folder: string): number[] =>
  processIds().filter(
    (pid) =>
      isAlive(processStat(pid)) && processArguments(pid).some((argument) => argument.startsWith(`soakd=${folder}/`)),
  );

describe.concurrent('a soak with the real k6 whose daemon is killed with kill -9', () => {
  const targets: HttpTarget[] = [];
  const folders: string[] = [];
  const daemons: DaemonProgram[] = [];
  const daemonIn = (folder: string): DaemonProgram => {
    const daemon = new DaemonProgram(folder);
    daemons.push(daemon);
    return daemon;
  };

  beforeAll(() => {
    k6ForTests();
  });
  afterAll(async () => {
    for (const daemon of daemons) await daemon.kill();
    for (const folder of folders) {
      for (const pid of generatorsIn(folder)) process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
    for (const target of targets) await target.close();
  });

  /** One soak. `when` the first daemon tells that, it is killed; `meanwhile` something happens; another daemon goes on. */
  async function killed(when: (told: Told) => boolean, meanwhile: (generators: number[]) => void = () => undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'soakd-resume-'));
    folders.push(folder);
    // One of its own: a target is soaked by one run at a time, whoever runs it.
    const target = await startHttpTarget(() => systemClock.now());
    targets.push(target);
    const first = daemonIn(folder);
    const runId = await first.start({
      profileSource: SHORT_PROFILE,
      profileName: 'profile.yaml',
      targetUrl: target.url,
      rehearseMs: REHEARSE_MS,
    });
    await first.tells(when);
    const generators = generatorsIn(folder);
    await first.kill();
    meanwhile(generators);

    const second = daemonIn(folder);
    await second.tells(
      ({ state }) => isOver(state),
      async () => isOver(await second.state(runId)),
    );
    expect(generatorsIn(folder)).toEqual([]);
    expect(await second.stop()).toBe(0);
    return { generators, ...(await rowsIn(folder, runId)) };
  }

  async function rowsIn(folder: string, runId: string) {
    const store = await openSqliteStore({ file: join(folder, 'soakd.db'), clock: systemClock, readOnly: true });
    try {
      const events = await store.events(runId);
      return {
        state: (await store.transitions(runId)).at(-1)?.to,
        planEndMs: (await store.run(runId))?.endMs ?? 0,
        verdict: await store.verdict(runId),
        processes: await store.loadProcesses(runId),
        windows: await store.windows(runId),
        adopted: events.find(({ kind }) => kind === 'soakd_resumed')?.data.adopted,
        gaps: events.filter(({ kind }) => kind === 'gap'),
      };
    } finally {
      await store.close();
    }
  }

  /** Windows follow one another from the first to the last. */
  const holesIn = (windows: { startMs: number; endMs: number }[]): { afterMs: number; nextMs: number }[] =>
    windows.flatMap(({ startMs }, index) => {
      const afterMs = windows[index - 1]?.endMs ?? startMs;
      return afterMs === startMs ? [] : [{ afterMs, nextMs: startMs }];
    });

  it('before the first window: k6 is adopted and nothing is missing', async () => {
    const soak = await killed(({ state }) => state === 'warming_up' || state === 'running');
    expect(soak.generators).toHaveLength(1);
    expect(soak.processes).toHaveLength(1);
    expect(soak.adopted).toEqual([soak.processes[0]?.processId]);
    expect(soak).toMatchObject({ state: 'rehearsed', gaps: [] });
    expect(holesIn(soak.windows)).toEqual([]);
    expect(soak.verdict?.requests.total).toBeGreaterThan(50);
  }, 120_000);

  it('in the middle: k6 is adopted and nothing is missing', async () => {
    const soak = await killed(({ started }) => (started ?? 0) > 0);
    expect(soak.adopted).toEqual([soak.processes[0]?.processId]);
    expect(soak).toMatchObject({ state: 'rehearsed', gaps: [] });
    expect(holesIn(soak.windows)).toEqual([]);
    expect(soak.windows.at(-1)?.endMs).toBeGreaterThanOrEqual(soak.planEndMs);
  }, 120_000);

  it('while finishing: the verdict is there after all', async () => {
    const soak = await killed(({ state }) => state === 'finishing');
    expect(soak).toMatchObject({ state: 'rehearsed', gaps: [] });
    expect(soak.verdict).not.toBeNull();
    expect(holesIn(soak.windows)).toEqual([]);
  }, 120_000);

  it('together with its k6: the rest of the plan runs, and what was not offered is told', async () => {
    const soak = await killed(
      ({ started }) => (started ?? 0) > 0,
      (generators) => {
        for (const pid of generators) process.kill(pid, 'SIGKILL');
      },
    );
    expect(soak.adopted).toEqual([]);
    expect(soak.processes.map(({ exitReason }) => exitReason)).toEqual(['lost', 'finished']);
    expect(soak.state).toBe('rehearsed');
    expect(soak.windows.some(({ processId }) => processId === soak.processes[1]?.processId)).toBe(true);
    expect(soak.verdict?.time.notOfferedMs).toBeGreaterThan(0);
  }, 120_000);
});
