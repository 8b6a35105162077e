import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { notificationsSchema, testedSchema } from '../src/api/routes/notifications.ts';
import { systemClock } from '../src/base/clock.ts';
import type { DaemonConfig } from '../src/daemon/config.ts';
import { readConfigFile } from '../src/daemon/config-file.ts';
import type { Daemon } from '../src/daemon/daemon.ts';
import { storeFileIn } from '../src/daemon/wire.ts';
import type { NewNotification } from '../src/model/notification.ts';
import { openSqliteDutyStore, openSqliteStore } from '../src/store/sqlite/open.ts';
import { plainNotification } from './support/alert.ts';
import { type DaemonRig, startTestDaemon } from './support/daemon-rig.ts';
import { startHttpTarget } from './support/http-target.ts';
import { freePort } from './support/server-process.ts';
import { soakd } from './support/soakd.ts';
import { targetForTest } from './support/target-for-test.ts';

const SLACK_PATH = '/services/T00/B00/very-secret-path';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-notifications-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Stopped with the test at the latest. */
async function daemonWith(file: string, env: Record<string, string> = {}): Promise<DaemonRig> {
  const { notify, heartbeat } = readConfigFile(file);
  const rig = await startTestDaemon(join(folder, 'data'), { notify, heartbeat }, env, () => reread(file));
  onTestFinished(() => rig.daemon.stop().then(() => undefined));
  return rig;
}

/** As the daemon of the rig was started, with what the file says now. */
const reread = (file: string): DaemonConfig => {
  const { notify, heartbeat, ...rest } = readConfigFile(file);
  return { ...rest, notify, heartbeat, listen: { host: '127.0.0.1', port: 0 }, logLevel: 'debug' };
};

/** Into the store of a daemon that does not run. */
async function enqueue(notifications: NewNotification[]): Promise<void> {
  const file = storeFileIn(join(folder, 'data'));
  await (await openSqliteStore({ file, clock: systemClock })).close();
  const duty = await openSqliteDutyStore({ file, clock: systemClock });
  await duty.enqueue(notifications);
  await duty.close();
}

const listOf = async ({ url }: Daemon, query = '') =>
  notificationsSchema.parse(await (await fetch(`${url}/v1/notifications${query}`)).json());

describe('notifications behind a dead channel', () => {
  it('all arrive, each once, after the daemon was started anew and the receiver is back', async () => {
    const port = await freePort();
    const file = write(
      'soakd.yaml',
      `notify: { channels: { hook: { kind: webhook, url: "http://127.0.0.1:${port}/in" } } }\n`,
    );
    const keys = Array.from({ length: 600 }, (_, at) => `n${at}`);
    await startAndStop(file);
    await enqueue(
      keys.map((key, at) => plainNotification(key, { group: `run-${at % 20}`, createdMs: systemClock.now() })),
    );

    const first = await daemonWith(file);
    await first.daemon.stop();
    expect(first.log()).toContain('a channel does not deliver; its notifications wait');

    const receiver = await startHttpTarget(systemClock.now, () => ({}), port);
    onTestFinished(() => receiver.close());
    const second = await daemonWith(file);
    await receiver.came(keys.length);
    await second.daemon.stop();
    const titles = receiver.seen.map(({ body }): string => JSON.parse(body).title);
    expect(titles).toHaveLength(keys.length);
    expect(new Set(titles)).toEqual(new Set(keys));
    // In order within each group.
    for (let group = 0; group < 20; group++) {
      const own = titles.map((title) => Number(title.slice(1))).filter((at) => at % 20 === group);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  });

  it('keep nobody else waiting', async () => {
    const dead = await freePort();
    const receiver = await targetForTest();
    const file = write(
      'soakd.yaml',
      `notify:
  channels:
    dead: { kind: webhook, url: "http://127.0.0.1:${dead}/" }
    alive: { kind: webhook, url: "${receiver.url}/" }
`,
    );
    await startAndStop(file);
    await enqueue([plainNotification('a', { channel: 'dead' }), plainNotification('b', { channel: 'alive' })]);
    const { daemon } = await daemonWith(file);
    await receiver.came(1);
    await daemon.stop();
    const again = await daemonWith(file);
    expect(await listOf(again.daemon, '?state=waiting')).toMatchObject({
      waiting: { dead: 1 },
      notifications: [{ key: 'a', state: 'waiting', attempts: expect.any(Number) }],
    });
    expect(await listOf(again.daemon, '?state=delivered')).toMatchObject({
      notifications: [{ key: 'b', attempts: 1 }],
    });
  });
});

/** The first start makes the store. */
async function startAndStop(file: string): Promise<void> {
  const { daemon } = await daemonWith(file);
  await daemon.stop();
}

describe('a test of the channels', () => {
  it('goes through the daemon by name, and tells neither address nor key', async () => {
    const slack = await targetForTest();
    const hook = await targetForTest(({ path }) => ({ status: 403, body: `no ${path}` }));
    const file = write(
      'soakd.yaml',
      `notify:
  channels:
    team: { kind: slack, url: env:SLACK_URL }
    hook: { kind: webhook, url: file:${join(folder, 'hook-url')}, secret: env:HOOK_SECRET }
`,
    );
    write('hook-url', `${hook.url}/hooks/also-very-secret\n`);
    const env = { SLACK_URL: `${slack.url}${SLACK_PATH}`, HOOK_SECRET: 'signing-secret-1' };
    const rig = await daemonWith(file, env);
    const url = ['--url', rig.daemon.url];

    const one = await soakd([...url, 'notify', 'test', 'team']);
    expect(one).toMatchObject({ code: 0, out: expect.stringMatching(/team +slack +delivered/) });
    expect(slack.seen.map(({ path }) => path)).toEqual([SLACK_PATH]);

    const all = await soakd([...url, 'notify', 'test', '--json']);
    expect(all.code).toBe(1);
    const { results } = JSON.parse(all.out);
    expect(results).toMatchObject([
      { channel: 'team', delivered: true, reason: null },
      { channel: 'hook', delivered: false, reason: `${new URL(hook.url).host} answers 403: no [redacted]` },
    ]);

    const unknown = await soakd([...url, 'notify', 'test', 'teem']);
    expect(unknown).toMatchObject({ code: 2, said: expect.stringContaining('did you mean team?') });

    const listed = await soakd([...url, 'notify', 'list', '--json']);
    const metrics = await (await fetch(`${rig.daemon.url}/metrics`)).text();
    expect(metrics).toContain('soakd_notifications_total{channel="team",result="delivered"} 0');
    expect(metrics).toContain('soakd_notify_channel_up{channel="hook"} 1');
    const everything = [rig.log(), one.out, all.out, all.said, listed.out, metrics].join('\n');
    expect(everything).not.toMatch(/very-secret|signing-secret/);
  });

  it('goes without a daemon by the configuration alone', async () => {
    const slack = await targetForTest();
    const file = write('soakd.yaml', 'notify: { channels: { team: { kind: slack, url: env:SLACK_URL } } }\n');
    const env = { SLACK_URL: `${slack.url}${SLACK_PATH}` };
    const done = await soakd(['notify', 'test', '--config', file], { env });
    expect(done).toMatchObject({ code: 0, out: expect.stringMatching(/team +slack +delivered/) });
    const missing = await soakd(['notify', 'test', '--config', file]);
    expect(missing).toMatchObject({ code: 2, said: expect.stringContaining('the environment has no SLACK_URL') });
  });

  it('takes no address over HTTP', async () => {
    const elsewhere = await targetForTest();
    const { daemon } = await daemonWith(write('soakd.yaml', '{}\n'));
    for (const body of [
      { url: elsewhere.url },
      { channel: elsewhere.url },
      { channel: { kind: 'webhook', url: elsewhere.url } },
    ]) {
      const answer = await fetch(`${daemon.url}/v1/notifications/test`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('another configuration for a daemon that runs', () => {
  it('has other channels, and what waits goes by them', async () => {
    const dead = await freePort();
    const text = (url: string): string => `notify: { channels: { hook: { kind: webhook, url: "${url}" } } }\n`;
    const file = write('soakd.yaml', text(`http://127.0.0.1:${dead}/`));
    await startAndStop(file);
    await enqueue([plainNotification('a', { createdMs: systemClock.now() })]);
    const { daemon } = await daemonWith(file);
    const receiver = await targetForTest();
    write('soakd.yaml', text(`${receiver.url}/`));
    expect((await daemon.reload()).changed).toContain('notify');
    await receiver.came(1);
    expect((await daemon.reload()).changed).toEqual([]);
  });

  it('is not taken when a secret is missing, and the channels stay', async () => {
    const receiver = await targetForTest();
    const file = write('soakd.yaml', `notify: { channels: { hook: { kind: webhook, url: "${receiver.url}/" } } }\n`);
    const { daemon } = await daemonWith(file);
    write('soakd.yaml', 'notify: { channels: { team: { kind: slack, url: env:NOT_THERE } } }\n');
    await expect(daemon.reload()).rejects.toMatchObject({ code: 'secret_missing' });
    expect((await listOf(daemon)).channels).toMatchObject([{ channel: 'hook' }]);
  });

  it('has another secret where only the file of it is another one', async () => {
    const [before, after] = [await targetForTest(), await targetForTest()];
    write('hook-url', before.url);
    const file = write(
      'soakd.yaml',
      `notify: { channels: { hook: { kind: webhook, url: file:${join(folder, 'hook-url')} } } }\n`,
    );
    const { daemon } = await daemonWith(file);
    const tested = async (): Promise<unknown> => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${daemon.url}/v1/notifications/test`, { method: 'POST', headers, body: '{}' });
      return testedSchema.parse(await answer.json());
    };
    expect(await tested()).toMatchObject({ results: [{ channel: 'hook', delivered: true }] });
    write('hook-url', after.url);
    await daemon.reload();
    await tested();
    expect([before.seen.length, after.seen.length]).toEqual([1, 1]);
  });
});

describe('the heartbeat', () => {
  it('is heard while the daemon is well, and its address is told to nobody', async () => {
    const watcher = await targetForTest();
    const file = write('soakd.yaml', 'heartbeat: { url: env:BEAT, every: 5s }\n');
    const rig = await daemonWith(file, { BEAT: `${watcher.url}/ping/very-secret` });
    await watcher.came(1);
    expect(watcher.seen[0]).toMatchObject({ method: 'GET', path: '/ping/very-secret' });
    expect(rig.log()).not.toContain('very-secret');
    expect(readFileSync(file, 'utf8')).not.toContain('very-secret');
  });
});
