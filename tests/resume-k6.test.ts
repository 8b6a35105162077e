import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { isAlive, processArguments, processIds, processStat } from '../src/base/proc.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import type { Store } from '../src/store/store.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';

const profile = `
soak_test:
  name: "short"
  duration: 10m
  traffic_pattern: { base_rate: 300, warmup: 1m }
  workload:
    kind: requests
    requests:
      - { name: home, path: / }
  success_criteria: { memory_leak: off, response_time_degradation: off }
`;
const REHEARSE_MS = 30_000;

/** One line that the program tells: a state, an event, or how many iterations k6 has started. */
interface Told {
  state?: string;
  event?: string;
  data?: Record<string, unknown>;
  started?: number;
}

class Program {
  readonly #child: ChildProcess;
  readonly told: Told[] = [];
  readonly ended: Promise<number | null>;
  #log = '';
  #waiting: { test: (told: Told) => boolean; resolve: (told: Told) => void; reject: (reason: Error) => void }[] = [];

  constructor(data: string, target: string) {
    k6ForTests();
    const order = { data, profile, target, rehearseMs: REHEARSE_MS };
    this.#child = spawn(process.execPath, ['tests/support/soak-program.ts', JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    stderr.on('data', (chunk) => {
      this.#log += chunk;
    });
    createInterface(stdout).on('line', (line) => {
      const told: Told = JSON.parse(line);
      this.told.push(told);
      for (const { test, resolve } of this.#waiting) if (test(told)) resolve(told);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        for (const { reject } of this.#waiting) reject(new Error(`the program ended with ${code}: ${this.#log}`));
        resolve(code);
      });
    });
  }

  /** The first line, told already or to come, that fits. */
  tells(test: (told: Told) => boolean): Promise<Told> {
    const before = this.told.find(test);
    if (before !== undefined) return Promise.resolve(before);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ test, resolve, reject });
    });
  }

  /** For what is left of a failed test. */
  end(): void {
    this.#child.kill('SIGKILL');
  }

  async killedDead(): Promise<void> {
    this.#waiting = [];
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** Process ids of every k6 that works in this folder. */
const generatorsIn = (folder: string): number[] =>
  processIds().filter(
    (pid) =>
      isAlive(processStat(pid)) && processArguments(pid).some((argument) => argument.startsWith(`soakd=${folder}/`)),
  );

describe.concurrent('a soak with the real k6 whose soakd is killed with kill -9', () => {
  let target: HttpTarget;
  const folders: string[] = [];
  const programs: Program[] = [];
  const program = (data: string): Program => {
    const begun = new Program(data, target.url);
    programs.push(begun);
    return begun;
  };
  beforeAll(async () => {
    target = await startHttpTarget(() => systemClock.now());
  });
  afterAll(async () => {
    for (const begun of programs) begun.end();
    await target.close();
    for (const folder of folders) {
      for (const pid of generatorsIn(folder)) process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /** One soak; `when` the first program tells that, it is killed, `meanwhile` something happens, and another goes on. */
  async function killed(when: (told: Told) => boolean, meanwhile: (generators: number[]) => void = () => undefined) {
    const data = mkdtempSync(join(tmpdir(), 'soakd-resume-'));
    folders.push(data);
    const first = program(data);
    await first.tells(when);
    const generators = generatorsIn(data);
    await first.killedDead();
    meanwhile(generators);
    const second = program(data);
    const { data: resumed } = await second.tells(({ event }) => event === 'soakd_resumed');
    expect(await second.ended).toBe(0);
    expect(generatorsIn(data)).toEqual([]);
    const store = await openSqliteStore({ file: join(data, 'soakd.db'), clock: systemClock, readOnly: true });
    try {
      return { generators, resumed, ...(await readRun(store)) };
    } finally {
      await store.close();
    }
  }

  async function readRun(store: Store) {
    const [run] = await store.runs();
    if (run === undefined) throw new Error('no run');
    return {
      state: run.state,
      planEndMs: run.endMs,
      verdict: await store.verdict(run.id),
      processes: await store.loadProcesses(run.id),
      windows: await store.windows(run.id),
      gaps: (await store.events(run.id)).filter(({ kind }) => kind === 'gap'),
    };
  }

  /** Windows follow one another from the first to the last; the first may end some milliseconds beside the grid. */
  const holesIn = (windows: { startMs: number; endMs: number }[]): { afterMs: number; nextMs: number }[] =>
    windows.flatMap(({ startMs }, index) => {
      const afterMs = windows[index - 1]?.endMs ?? startMs;
      return Math.abs(afterMs - startMs) < 100 ? [] : [{ afterMs, nextMs: startMs }];
    });

  it('before the first window: k6 is adopted and nothing is missing', async () => {
    const soak = await killed(({ state }) => state === 'warming_up');
    expect(soak.generators).toHaveLength(1);
    expect(soak.resumed).toMatchObject({ adopted: [soak.processes[0]?.processId] });
    expect(soak).toMatchObject({ state: 'rehearsed', gaps: [] });
    expect(soak.processes).toHaveLength(1);
    expect(holesIn(soak.windows)).toEqual([]);
    expect(soak.verdict?.requests.total).toBeGreaterThan(50);
  }, 90_000);

  it('in the middle: k6 is adopted and nothing is missing', async () => {
    const soak = await killed(({ started }) => (started ?? 0) > 0);
    expect(soak.resumed).toMatchObject({ adopted: [soak.processes[0]?.processId] });
    expect(soak).toMatchObject({ state: 'rehearsed', gaps: [] });
    expect(holesIn(soak.windows)).toEqual([]);
    expect(soak.windows.at(-1)?.endMs).toBeGreaterThanOrEqual(soak.planEndMs);
  }, 90_000);

  it('while finishing: the verdict is there after all', async () => {
    const soak = await killed(({ state }) => state === 'finishing');
    expect(soak).toMatchObject({ state: 'rehearsed', gaps: [] });
    expect(soak.verdict).not.toBeNull();
    expect(holesIn(soak.windows)).toEqual([]);
  }, 90_000);

  it('together with its k6: the rest of the plan runs, and the gap is marked', async () => {
    const soak = await killed(
      ({ started }) => (started ?? 0) > 0,
      (generators) => {
        for (const pid of generators) process.kill(pid, 'SIGKILL');
      },
    );
    expect(soak.resumed).toMatchObject({ adopted: [] });
    expect(soak.processes.map(({ exitReason }) => exitReason)).toEqual(['lost', 'finished']);
    expect(soak.state).toBe('rehearsed');
    expect(soak.windows.filter(({ processId }) => processId === soak.processes[1]?.processId).length).toBeGreaterThan(
      0,
    );
    expect(soak.verdict?.time.notOfferedMs).toBeGreaterThan(0);
  }, 90_000);
});
