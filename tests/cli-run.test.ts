/** The whole way through the program itself, with the real k6 against a small service. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { EXIT } from '../src/base/errors.ts';
import { processArguments, processIds } from '../src/base/proc.ts';
import type { Verdict } from '../src/model/verdict.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { SHORT_PROFILE } from './support/short-profile.ts';
import { Soakd, soakd } from './support/soakd.ts';

const REHEARSE = ['--rehearse', '30s'];
const MINUTES = 60_000;

describe('the program soakd, with the real k6', () => {
  let folder: string;
  let profile: string;
  let target: HttpTarget;
  beforeAll(async () => {
    k6ForTests();
    folder = mkdtempSync(join(tmpdir(), 'soakd-cli-run-'));
    profile = join(folder, 'short.yaml');
    writeFileSync(profile, SHORT_PROFILE);
    target = await startHttpTarget(() => 0);
  });
  afterAll(async () => {
    for (const program of programs) program.kill('SIGKILL');
    await target.close();
    rmSync(folder, { recursive: true });
  });

  /** Killed at the end, should a test fail half-way. */
  const programs: Soakd[] = [];
  const begin = (...args: string[]): Soakd => {
    const program = new Soakd(args);
    programs.push(program);
    return program;
  };

  /** Processes of k6 that work for this data folder. */
  const loadProcesses = (data: string): number[] =>
    processIds().filter((pid) => processArguments(pid).some((argument) => argument.includes(`${data}/runs/`)));

  const listed = async (data: string): Promise<{ id: string; endMs: number; live: boolean }[]> =>
    JSON.parse((await soakd(['runs', '--json', '--data', data])).out).runs;

  it(
    'soaks in the foreground: verdict on stdout, report in the folder, the outcome as exit code',
    async () => {
      const data = join(folder, 'foreground');
      const out = join(folder, 'report');
      const args = ['run', profile, '--target', target.url, ...REHEARSE, '--data', data, '--out', out, '--json'];
      args.push('--label', 'build=1.4.2', '--label', 'keep=release 4');
      const ended = await soakd(args);
      const { run, report, verdict }: { run: string; report: string; verdict: Verdict } = JSON.parse(ended.out);
      expect(verdict.rehearsal).toBe(true);
      expect(verdict.requests.total).toBeGreaterThan(50);
      expect(verdict.requests.failed).toBe(0);
      expect(ended.code).toBe(EXIT[verdict.outcome]);
      expect(ended.said).toMatch(/left · planned .*\/min, served/);
      expect(readFileSync(report, 'utf8')).toContain(run);
      expect(loadProcesses(data)).toEqual([]);

      expect(await listed(data)).toMatchObject([{ id: run, state: 'rehearsed', targetUrl: target.url }]);
      expect(await listed(data)).toMatchObject([{ labels: { build: '1.4.2', keep: 'release 4' } }]);
      const again = await soakd(['replay', run, '--json', '--data', data]);
      expect(JSON.parse(again.out)).toEqual({ run, same: true, verdict });
      expect(again.code).toBe(ended.code);
      const junit = await soakd(['report', run, '--format', 'junit', '--data', data]);
      expect(junit.out).toMatch(/^<\?xml .*<testsuites?/s);
      expect((await soakd(['report', run, '--data', data])).out).toBe(readFileSync(report, 'utf8'));
    },
    4 * MINUTES,
  );

  it(
    'finishes properly at the first Ctrl-C: aborted, with verdict and report, and no k6 left',
    async () => {
      const data = join(folder, 'interrupted');
      const program = begin('run', profile, '--target', target.url, ...REHEARSE, '--data', data);
      const [, run] = await program.until('said', /^run (\S+) on/m);
      await program.until('said', /^warming up:/m);
      expect(await listed(data)).toMatchObject([{ id: run, live: true, endedMs: null }]);
      program.kill('SIGINT');
      const { code, out, said } = await program.ended;
      expect(code).toBe(EXIT.aborted);
      expect(out).toContain('aborted');
      // Nobody reads it on a terminal: no reason is cut.
      expect(out).not.toContain('…');
      expect(said).toMatch(/^preparing · begins (in \d+ m?s|now), at \w{3} \d\d:\d\d · .* to run$/m);
      expect(await listed(data)).toMatchObject([{ id: run, live: false }]);
      expect(existsSync(join(data, 'runs', String(run), 'report.md'))).toBe(true);
      expect(loadProcesses(data)).toEqual([]);
    },
    4 * MINUTES,
  );

  it(
    'leaves at the second Ctrl-C, and no k6 with it',
    async () => {
      const data = join(folder, 'killed');
      const program = begin('run', profile, '--target', target.url, ...REHEARSE, '--data', data);
      await program.until('said', /^warming up:/m);
      // Requests hang: the first signal alone would wait for their time-out.
      target.hang();
      await target.came(target.seen.length + 1);
      program.kill('SIGINT');
      await program.until('said', /once more to kill/);
      const pressedMs = systemClock.monotonicMs();
      // Within half a second two signals are one: something to look at until that is over.
      do expect(await listed(data)).toMatchObject([{ live: true, endedMs: null }]);
      while (systemClock.monotonicMs() - pressedMs < 600);
      program.kill('SIGINT');
      const { code, said } = await program.ended;
      target.resume();
      expect(said).toContain('ended without a verdict');
      expect(code).toBe(EXIT.aborted);
      expect(loadProcesses(data)).toEqual([]);
    },
    4 * MINUTES,
  );

  it(
    'operates a run on a daemon, from start to report, and the daemon leaves when told',
    async () => {
      const data = join(folder, 'daemon');
      const config = join(folder, 'soakd.yaml');
      writeFileSync(config, 'listen: 127.0.0.1:0\n');
      const daemon = begin('daemon', '--config', config, '--data', data);
      const [url] = await daemon.until('out', /http:\S+/);
      const ask = (...args: string[]) => soakd([...args, '--url', url]);

      expect(await ask('status')).toMatchObject({ code: 0, out: '', said: expect.stringContaining('no run is live') });
      // Long enough for every command on a slow machine; it is stopped at the end.
      const labels = ['--label', 'build=1.4.2', '--label', 'keep=release 4'];
      const started = await ask('start', profile, '--target', target.url, '--rehearse', '3m', ...labels);
      expect(started.code).toBe(0);
      const run = started.out.trim();
      const [shown] = JSON.parse((await ask('runs', '--json')).out).runs;
      expect(shown).toMatchObject({ id: run, labels: { build: '1.4.2', keep: 'release 4' } });
      const status = JSON.parse((await ask('status', '--json')).out);
      expect(status.live).toMatchObject([{ runId: run, targetUrl: target.url }]);
      expect((await ask('status')).out).toContain(`${run}  short (rehearsal) on ${target.url}`);
      expect(await ask('start', profile, '--target', target.url)).toMatchObject({
        code: 5,
        said: expect.stringContaining('is being soaked'),
      });

      const rate = JSON.parse((await ask('rate', run, '0.5', '--for', '5s', '--json')).out);
      expect(rate).toMatchObject({ kind: 'rate', who: expect.stringContaining('@'), edit: { factor: 0.5 } });
      expect((await ask('annotate', run, 'the', 'database', 'failed', 'over')).code).toBe(0);
      expect((await ask('pause')).code).toBe(0);
      expect(await ask('pause')).toMatchObject({
        code: 2,
        said: expect.stringMatching(/paused already\nhint: .*resume/),
      });
      expect((await ask('resume', run)).code).toBe(0);
      expect(await ask('resume', run)).toMatchObject({ code: 2, said: expect.stringContaining('not paused') });
      const [before] = await listed(data);
      expect((await ask('extend', run, '1s')).code).toBe(0);
      // The same from the store as from the daemon.
      const extended = [{ id: run, live: true, endMs: Number(before?.endMs) + 1000 }];
      expect(await listed(data)).toMatchObject(extended);
      expect(JSON.parse((await ask('runs', '--json')).out).runs).toMatchObject(extended);
      expect((await ask('report', run)).said).toContain('no verdict yet');
      const watching = begin('status', '--watch', '--url', url);
      await watching.until('said', /planned/);
      expect((await ask('stop')).code).toBe(0);

      await watching.until('said', new RegExp(`${run} rehearsed`));
      watching.kill('SIGINT');
      expect((await watching.ended).code).toBe(0);
      const report = (await ask('report', run)).out;
      expect(report).toContain('the database failed over');
      expect(report).toMatch(/aborted/i);
      expect(JSON.parse((await ask('runs', '--json')).out).runs).toMatchObject([{ id: run, state: 'rehearsed' }]);

      daemon.kill('SIGTERM');
      expect((await daemon.ended).code).toBe(0);
      expect(loadProcesses(data)).toEqual([]);
    },
    4 * MINUTES,
  );
});
