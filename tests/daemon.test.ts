import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { SaxesParser } from 'saxes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { describeError } from '../src/base/errors.ts';
import { isAlive, processStat } from '../src/base/proc.ts';
import type { Daemon } from '../src/daemon/daemon.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { startTestDaemon } from './support/daemon-rig.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';

const profileSource = `soak_test:
  name: a few seconds
  duration: 24h
  traffic_pattern:
    base_rate: 600
  workload:
    kind: requests
    requests:
      - { name: home, path: /, headers: { authorization: "env:SHOP_TOKEN" } }
`;
const token = 'correct-horse-battery';
const env = { SOAKD_TOKEN: token, SHOP_TOKEN: 'shop-secret-0123' };

let dataFolder: string;
let target: HttpTarget;
const running: Daemon[] = [];
const programs: ChildProcess[] = [];

beforeEach(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), 'soakd-daemon-'));
  target = await startHttpTarget(() => systemClock.now());
});

afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.stop();
  for (const child of programs.splice(0)) child.kill('SIGKILL');
  await target.close();
  rmSync(dataFolder, { recursive: true, force: true });
});

const start = async (...args: Parameters<typeof startTestDaemon>) => {
  const rig = await startTestDaemon(...args);
  running.push(rig.daemon);
  return rig;
};

async function ask(daemon: Daemon, path: string, body?: object) {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(new URL(path, daemon.url), init);
  return { status: response.status, text: await response.text() };
}

/** Reads the stream until a message of `type` pleases. */
async function told(daemon: Daemon, run: string, type: string, pleases: (data: string) => boolean): Promise<void> {
  const leave = new AbortController();
  const response = await fetch(new URL(`/v1/stream?run=${run}`, daemon.url), { signal: leave.signal });
  let received = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    received += chunk;
    const data = received.split('\n\n').filter((block) => block.includes(`event: ${type}\n`));
    if (data.some(pleases)) break;
  }
  leave.abort();
}

/** The real program, on a free port. */
function program() {
  const config = join(dataFolder, 'soakd.yaml');
  writeFileSync(config, 'listen: 127.0.0.1:0\n');
  const child = spawn(process.execPath, ['bin/soakd', 'daemon', '--config', config, '--data', dataFolder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  programs.push(child);
  const exit = once(child, 'exit');
  const url = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  return { child, exit, url, errors: text(child.stderr) };
}

describe('the daemon', () => {
  it('refuses to be open to others without a token', async () => {
    const listen = { host: '0.0.0.0', port: 0 };
    await expect(start(dataFolder, { listen })).rejects.toMatchObject({ code: 'token_missing', exitCode: 2 });
  });

  it('is alone in its data folder, and leaves it when it stops', async () => {
    const { daemon } = await start(dataFolder);
    await expect(start(dataFolder)).rejects.toMatchObject({ code: 'daemon_running' });
    expect(await daemon.stop()).toEqual([]);
    const { daemon: next } = await start(dataFolder);
    expect((await ask(next, '/readyz')).status).toBe(200);
  });

  it('leaves its folder also when it is killed, and ends in order when it is told to', async () => {
    const first = program();
    expect((await fetch(new URL('/healthz', await first.url))).status).toBe(200);
    const second = program();
    expect((await second.exit)[0]).toBe(5);
    expect(await second.errors).toContain(`another daemon works in ${dataFolder}`);
    first.child.kill('SIGKILL');
    await first.exit;
    const third = program();
    expect((await fetch(new URL('/readyz', await third.url))).status).toBe(200);
    third.child.kill('SIGTERM');
    expect(await third.exit).toEqual([0, null]);
  }, 60_000);

  it('reads any file for callers on loopback only while no proxy may stand before it', async () => {
    const naming = (file: string): string => `soak_test:
  name: s
  duration: 1h
  traffic_pattern: { curve: { file: ${file} } }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
`;
    const body = { profileSource: naming('/etc/hostname'), targetUrl: 'http://127.0.0.1:9' };
    const { daemon: proxied } = await start(dataFolder, { allowedHosts: ['soak.example'] });
    expect((await ask(proxied, '/v1/runs', body)).text).toContain('inline_profile_refused');
    await proxied.stop();
    const { daemon } = await start(dataFolder, { allowedHosts: ['soak.example'], inlineProfiles: true });
    expect((await ask(daemon, '/v1/runs', body)).text).toContain('takes no files');
    await daemon.stop();
    const { daemon: local } = await start(dataFolder);
    expect((await ask(local, '/v1/runs', body)).text).toContain('is no curve');
  });

  it('says when its port is taken, and undoes what it had begun', async () => {
    const { daemon } = await start(dataFolder);
    const other = mkdtempSync(join(tmpdir(), 'soakd-daemon-'));
    const listen = { host: '127.0.0.1', port: Number(new URL(daemon.url).port) };
    const refused = start(other, { listen });
    await expect(refused).rejects.toMatchObject({ code: 'listen_failed' });
    const words = await refused.catch(describeError);
    expect(words).toBe(`127.0.0.1:${listen.port} is taken by another program`);
    await start(other);
    rmSync(other, { recursive: true });
  });

  it('leaves k6 to the next daemon, which adopts it and ends the run with a report', async () => {
    k6ForTests();
    const first = await start(dataFolder, {}, env);
    const begun = await ask(first.daemon, '/v1/runs', { profileSource, targetUrl: target.url, rehearseMs: 120_000 });
    expect(begun.status, begun.text).toBe(201);
    const { id } = JSON.parse(begun.text);
    await target.came(5);
    // The first request was the check before the run.
    expect(target.seen.at(-1)?.headers.authorization).toBe('shop-secret-0123');
    expect(await first.daemon.stop()).toEqual([]);

    const store = await openSqliteStore({ file: join(dataFolder, 'soakd.db'), clock: systemClock, readOnly: true });
    const [k6] = await store.loadProcesses(id);
    await store.close();
    expect(isAlive(processStat(k6?.pid ?? 0))).toBe(true);
    // What begins after the addresses 0 to 7 and 8 to 9 is 10.0.0.0/8, which is private.
    expect(readFileSync(`/proc/${k6?.pid}/environ`, 'utf8')).toContain(
      'K6_BLACKLIST_IPS=0.0.0.0/5,8.0.0.0/7,11.0.0.0/8',
    );
    const seenBefore = target.seen.length;
    await target.came(seenBefore + 10);

    const second = await start(dataFolder, {}, env);
    await told(
      second.daemon,
      id,
      'status',
      (data) => JSON.parse(data.split('data: ')[1] ?? '').status.requests.total > 0,
    );
    const stopped = await ask(second.daemon, `/v1/runs/${id}/actions`, { kind: 'stop', who: 'ana@build' });
    expect(stopped.status, stopped.text).toBe(201);
    await told(second.daemon, id, 'state', (data) => data.includes('"rehearsed"'));

    expect(isAlive(processStat(k6?.pid ?? 0))).toBe(false);
    const verdict = JSON.parse((await ask(second.daemon, `/v1/runs/${id}/verdict`)).text);
    expect(verdict).toMatchObject({ rehearsal: true, outcome: 'aborted' });
    expect((await ask(second.daemon, `/v1/runs/${id}/report?format=md`)).text).toMatch(/^# REHEARSAL ABORTED/);
    expect(JSON.parse((await ask(second.daemon, `/v1/runs/${id}/report?format=json`)).text)).toBeTypeOf('object');
    const junit = (await ask(second.daemon, `/v1/runs/${id}/report?format=junit`)).text;
    expect(() => new SaxesParser().write(junit).close()).not.toThrow();

    const log = first.log() + second.log();
    expect(log).toContain('a run begins');
    expect(log).not.toContain(token);
    expect(log).not.toContain('shop-secret-0123');
  }, 120_000);

  it('refuses a start without the token, and a target outside the fence', async () => {
    const { daemon } = await start(dataFolder, {}, env);
    const headers = { 'content-type': 'application/json' };
    const wish = { profileSource, targetUrl: 'http://203.0.113.9/' };
    const bare = await fetch(new URL('/v1/runs', daemon.url), { method: 'POST', headers, body: JSON.stringify(wish) });
    expect(bare.status).toBe(401);
    const outside = await ask(daemon, '/v1/runs', wish);
    expect([outside.status, JSON.parse(outside.text).code]).toEqual([403, 'outside_fence']);
  });
});
