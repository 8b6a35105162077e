/** The shipped unit: what systemd's own tools say of it, and what becomes of a soak under a real systemd. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { processArguments, processIds } from '../src/base/proc.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { freePort, isInstalled } from './support/server-process.ts';
import { SHORT_PROFILE } from './support/short-profile.ts';
import { SystemdManager, whyNoSystemd } from './support/systemd-manager.ts';

const UNIT = 'systemd/soakd.service';
const run = promisify(execFile);
/** The target's process is in another PID namespace and of another user. */
const UNSAMPLED = `${SHORT_PROFILE}
  monitoring: { samplers: [] }\n`;

describe.skipIf(!isInstalled('systemd-analyze'))('the unit of systemd', () => {
  it('has nothing that systemd does not understand', async () => {
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', UNIT]);
    expect(stdout + stderr).toBe('');
  });

  it('is exposed no more than it must be', async () => {
    const { stdout } = await run('systemd-analyze', [
      'security',
      '--offline=true',
      '--no-pager',
      '--threshold=21',
      UNIT,
    ]);
    expect(stdout).toMatch(/exposure level for soakd\.service: (1\.\d|2\.[01]) OK/);
  });
});

// It takes root, namespaces and a cgroup that may be divided. CI has them, and must say so when it has not.
const absent = whyNoSystemd();
if (absent !== null)
  console.log(`no systemd can be run for tests here: ${absent}; in CI that fails, elsewhere it is skipped`);

describe.skipIf(absent !== null && process.env.CI !== 'true')('a soak under a real systemd', () => {
  let folder: string;
  let manager: SystemdManager;
  let target: HttpTarget;
  let url: string;
  beforeAll(async () => {
    if (absent !== null) throw new Error(`no systemd can be run for tests here: ${absent}`);
    const k6 = k6ForTests();
    folder = mkdtempSync(join(tmpdir(), 'soakd-systemd-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    mkdirSync(join(folder, 'etc'));
    writeFileSync(join(folder, 'etc', 'soakd.yaml'), `listen: 127.0.0.1:${port}\n`);
    const units = join(folder, 'units');
    mkdirSync(join(units, 'soakd.service.d'), { recursive: true });
    cpSync(UNIT, join(units, 'soakd.service'));
    writeFileSync(join(units, 'soakd-test.target'), '[Unit]\nDefaultDependencies=no\n');
    writeFileSync(
      join(units, 'soakd.service.d', 'here.conf'),
      `[Unit]
# There is no network, no disk and no boot to wait for in a namespace.
DefaultDependencies=no
After=
Wants=
[Service]
BindReadOnlyPaths=${realpathSync('.')}:/opt/soakd ${dirname(k6)}:/opt/k6
Environment=PATH=/opt/soakd/node_modules/.bin:/opt/soakd/bin:/usr/bin:/bin
Environment=SOAKD_K6=/opt/k6/k6
StandardError=append:${join(folder, 'soakd.log')}
WatchdogSec=4
TimeoutAbortSec=1
`,
    );
    target = await startHttpTarget(() => 0);
    manager = new SystemdManager(folder);
    await manager.up();
  });
  afterAll(async () => {
    await manager?.close();
    await target?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const log = (): string => readFileSync(join(folder, 'soakd.log'), 'utf8');
  /** k6 of this run, by the pid that the machine knows it by. */
  const k6Pids = (runId: string): number[] =>
    processIds().filter((pid) => processArguments(pid).some((argument) => argument.includes(`/runs/${runId}/`)));
  /** Resolves when the log of all soakds so far says it so many times. */
  function logged(words: string, times: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (log().split(words).length <= times) return;
        watcher.close();
        resolve();
      };
      const watcher = watch(folder, look);
      look();
    });
  }

  it('counts as started when it serves, goes on through a crash and a hang of soakd, and takes a new configuration', async () => {
    // Returns when soakd has said READY=1.
    await manager.systemctl('start', 'soakd');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const started = await fetch(`${url}/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ profileSource: UNSAMPLED, targetUrl: target.url }),
    });
    expect(started.status, await started.clone().text()).toBe(201);
    const { id } = z.looseObject({ id: z.string() }).parse(await started.json());
    await target.came(5);
    const k6 = k6Pids(id);
    expect(k6).toHaveLength(1);

    const restarted = logged('soakd serves', 2);
    await manager.systemctl('kill', '--kill-who=main', '--signal=KILL', 'soakd');
    await restarted;
    expect(k6Pids(id)).toEqual(k6);

    // It neither dies nor answers: only the watchdog notices.
    const restartedAgain = logged('soakd serves', 3);
    await manager.systemctl('kill', '--kill-who=main', '--signal=STOP', 'soakd');
    await restartedAgain;
    expect(await manager.show('soakd', 'NRestarts')).toBe('2');
    expect(k6Pids(id)).toEqual(k6);
    await target.came(target.seen.length + 5);
    const { events } = z
      .object({ events: z.array(z.object({ kind: z.string(), message: z.string() })) })
      .parse(await (await fetch(`${url}/v1/runs/${id}/events`)).json());
    const resumed = events.filter(({ kind }) => kind === 'soakd_resumed').map(({ message }) => message);
    expect(resumed).toEqual(Array(2).fill('soakd is back and k6 was still at work'));

    const reloaded = logged('the configuration was read again', 1);
    await manager.systemctl('reload', 'soakd');
    await reloaded;
    await manager.systemctl('stop', 'soakd');
    expect(await manager.show('soakd', 'Result')).toBe('success');
    expect(k6Pids(id)).toEqual(k6);
    expect(await manager.show('soakd', 'StatusText')).toBe('stopping; live runs are left to the next start');
  }, 120_000);
});
