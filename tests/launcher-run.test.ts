/** How a run in the foreground is ended from outside, on our own Node and behind the launcher of an older one. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../src/base/errors.ts';
import { processArguments, processIds } from '../src/base/proc.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { OLDEST_NODE, otherNode } from './support/other-node.ts';
import { SHORT_PROFILE } from './support/short-profile.ts';
import { Soakd, type SoakdOptions } from './support/soakd.ts';

const MINUTES = 60_000;

const other = otherNode();
const old = other !== null && other.major < OLDEST_NODE ? other : null;
if (old === null) console.log(`skipped: no Node before ${OLDEST_NODE} is on the PATH, so its launcher is not tried`);

describe.each([
  { name: 'our own Node', node: process.execPath, behindLauncher: false },
  { name: 'an older Node', node: old?.path ?? null, behindLauncher: true },
])('a run in the foreground on $name', ({ node, behindLauncher }) => {
  // In CI nothing is skipped: without an older Node the tests run and fail.
  const there = node !== null || process.env.CI === 'true';
  let folder: string;
  let profile: string;
  let target: HttpTarget;
  const programs: Soakd[] = [];
  beforeAll(async () => {
    k6ForTests();
    folder = mkdtempSync(join(tmpdir(), 'soakd-launcher-run-'));
    profile = join(folder, 'short.yaml');
    writeFileSync(profile, SHORT_PROFILE);
    target = await startHttpTarget(() => 0);
  });
  afterAll(async () => {
    for (const program of programs) program.kill('SIGKILL');
    await target.close();
    rmSync(folder, { recursive: true });
  });

  /** A run that is under way, in a process group of its own. */
  async function underWay(data: string, env: SoakdOptions['env'] = {}): Promise<{ program: Soakd; run: string }> {
    if (node === null) throw new Error(`no Node before ${OLDEST_NODE} is on the PATH`);
    const args = ['run', profile, '--target', target.url, '--rehearse', '30s', '--data', data];
    const program = new Soakd(args, { node, env, ownGroup: true });
    programs.push(program);
    const [, run = ''] = await program.until('said', /^run (\S+) on/m);
    await program.until('said', /^warming up:/m);
    return { program, run };
  }

  const loadProcesses = (data: string): number[] =>
    processIds().filter((pid) => processArguments(pid).some((argument) => argument.includes(`${data}/runs/`)));

  it.skipIf(!there).each([
    ['Ctrl-C, which tells the whole process group once', (program: Soakd) => program.killGroup('SIGINT')],
    [
      'timeout(1), which tells the program and then its group',
      (program: Soakd) => {
        program.kill('SIGTERM');
        program.killGroup('SIGTERM');
      },
    ],
    ['a terminal that closes', (program: Soakd) => program.killGroup('SIGHUP')],
  ])(
    'is finished properly by %s',
    async (name, end) => {
      const data = join(folder, name.slice(0, 8).replace(/\W/g, ''));
      const { program, run } = await underWay(data);
      end(program);
      const { code, out, said } = await program.ended;
      expect(said).toContain('stopping: verdict and report follow');
      expect(out).toContain('aborted');
      expect(code).toBe(EXIT.aborted);
      expect(existsSync(join(data, 'runs', run, 'report.md'))).toBe(true);
      expect(loadProcesses(data)).toEqual([]);
    },
    2 * MINUTES,
  );

  it.skipIf(!there)(
    'goes on under nohup when the terminal closes',
    async () => {
      const data = join(folder, 'nohup');
      const { program } = await underWay(data, { _: '/usr/bin/nohup' });
      program.killGroup('SIGHUP');
      await program.until('said', /the terminal is gone; the run goes on/);
      program.killGroup('SIGINT');
      const { code, said } = await program.ended;
      expect(said).toContain('stopping: verdict and report follow');
      expect(code).toBe(EXIT.aborted);
      expect(loadProcesses(data)).toEqual([]);
    },
    2 * MINUTES,
  );

  // Without a launcher there is nobody in between to be killed.
  if (behindLauncher) {
    it.skipIf(!there)(
      'is finished properly when the launcher is killed, and could tell it nothing',
      async () => {
        const data = join(folder, 'orphaned');
        const { program, run } = await underWay(data);
        program.killGroup('SIGKILL');
        // Resolves when the pipes close that soakd has inherited.
        expect((await program.ended).out).toContain('aborted');
        expect(existsSync(join(data, 'runs', run, 'report.md'))).toBe(true);
        expect(loadProcesses(data)).toEqual([]);
      },
      2 * MINUTES,
    );
  }
});
