/** The package as a user gets it: packed, installed into an empty folder, and run from there. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { SHORT_PROFILE } from './support/short-profile.ts';
import { Soakd, type SoakdOptions, soakd } from './support/soakd.ts';

const run = promisify(execFile);
const MINUTES = 60_000;

let folder: string;
/** Where it is installed: node_modules/soakd. */
let installed: string;
let target: HttpTarget;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-package-'));
  // From a copy: packing compiles into the folder that is packed.
  const sources = join(folder, 'sources');
  const leftOut = new Set(['node_modules', 'dist', '.git', 'soakd-data', 'coverage']);
  cpSync('.', sources, { recursive: true, filter: (path) => !leftOut.has(basename(path)) });
  symlinkSync(resolve('node_modules'), join(sources, 'node_modules'));
  await run('npm', ['pack', '--loglevel=error', '--pack-destination', folder], { cwd: sources });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm packed nothing');
  const home = join(folder, 'home');
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true }\n');
  // What npm has in its cache it does not fetch.
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', ...quietly, join(folder, tarball)], { cwd: home });
  installed = join(home, 'node_modules', 'soakd');
  target = await startHttpTarget(() => 0);
}, 10 * MINUTES);

afterAll(async () => {
  await target?.close();
  rmSync(folder, { recursive: true });
});

const fromPackage = (options: SoakdOptions = {}): SoakdOptions => ({
  launcher: join(installed, 'bin', 'soakd'),
  cwd: folder,
  ...options,
});
const filesIn = (path: string): string[] => readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted();

describe('the package', () => {
  it('holds what soakd needs at run time, all of it, and no tests', () => {
    const shipped = readdirSync(installed).toSorted();
    const folders = ['bin', 'config', 'dist', 'docs', 'k6', 'loadprofiles', 'systemd', 'web'];
    expect(shipped).toEqual(['LICENSE', 'README.md', ...folders, 'package.json'].toSorted());
    for (const whole of ['config', 'loadprofiles', 'systemd', 'web']) {
      expect(filesIn(join(installed, whole)), whole).toEqual(filesIn(whole));
    }
    expect(filesIn(join(installed, 'k6')).filter((file) => /_test\.go$|\.test\./.test(file))).toEqual([]);
  });

  it('holds every source compiled, those that are started by path as well', () => {
    const sources = filesIn('src').filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    const compiled = filesIn(join(installed, 'dist')).filter((file) => file.endsWith('.js'));
    expect(compiled).toEqual(sources.map((file) => file.replace(/\.ts$/, '.js')).toSorted());
  });

  it('runs from anywhere: version, validate, plan', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await soakd(['--version'], fromPackage())).toMatchObject({ code: 0, out: `${version}\n` });
    const profile = join(installed, 'loadprofiles', 'soak-72h.yaml');
    expect(await soakd(['validate', profile], fromPackage())).toMatchObject({ code: 0 });
    expect((await soakd(['plan', profile], fromPackage())).out).toContain('planned requests a minute');
  });

  it('brings what its k6 is built from, and soakd setup finds or builds it', async () => {
    const built = await soakd(['setup', '--json'], fromPackage());
    expect(built.code, built.said).toBe(0);
    // The same sources: the build that this machine has already.
    expect(JSON.parse(built.out)).toMatchObject({ path: k6ForTests(), built: false });
    const nowhere = { SOAKD_K6: undefined, SOAKD_CACHE: join(folder, 'empty') };
    const missing = await soakd(['doctor', '--data', join(folder, 'doctor')], fromPackage({ env: nowhere }));
    expect([missing.code, missing.out]).toEqual([5, expect.stringMatching(/✘ k6: .*\n +hint: run `soakd setup`/)]);
  });

  it(
    'soaks with its daemon, to a verdict and a report',
    async () => {
      const config = join(folder, 'soakd.yaml');
      const profile = join(folder, 'short.yaml');
      writeFileSync(config, 'listen: 127.0.0.1:0\n');
      writeFileSync(profile, SHORT_PROFILE);
      const daemon = new Soakd(['daemon', '--config', config, '--data', join(folder, 'data')], fromPackage());
      try {
        const [url] = await daemon.until('out', /http:\S+/);
        const wish = [profile, '--target', target.url, '--rehearse', '30s', '--json', '--url', url];
        const started = await soakd(['start', ...wish], fromPackage());
        expect(started.code, started.said).toBe(0);
        const { id } = JSON.parse(started.out);
        await ended(url, id);
        expect(target.seen.length).toBeGreaterThan(20);
        const report = await soakd(['report', id, '--url', url], fromPackage());
        expect([report.code, report.out]).toEqual([0, expect.stringMatching(/^# REHEARSED: WOULD BE /)]);
        daemon.kill('SIGTERM');
        expect((await daemon.ended).code).toBe(0);
      } finally {
        daemon.kill('SIGKILL');
      }
    },
    2 * MINUTES,
  );
});

/** Resolves when the stream tells that the rehearsal is over. */
async function ended(url: string, runId: string): Promise<void> {
  const leave = new AbortController();
  const response = await fetch(`${url}/v1/stream?run=${runId}`, { signal: leave.signal });
  let received = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    received += chunk;
    if (/event: state\n(?:.*\n)*?data: .*"rehearsed"/.test(received)) break;
  }
  leave.abort();
}
