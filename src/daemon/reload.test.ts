import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startTestDaemon } from '../../tests/support/daemon-rig.ts';
import { SoakdError } from '../base/errors.ts';
import { type DaemonConfig, defaultDaemonConfig } from './config.ts';
import { configFileReader } from './config-file.ts';
import { type Reloadable, Reloads } from './reload.ts';

const started = defaultDaemonConfig();

/** A part that holds one value of the configuration, and says what was done to it. */
function part(name: string, done: string[], fails: { prepare?: string; swap?: string } = {}): Reloadable {
  return {
    name,
    async prepare() {
      done.push(`try ${name}`);
      if (fails.prepare !== undefined) throw new SoakdError(fails.prepare, { code: 'config_invalid', hint: '' });
      return async () => {
        done.push(`swap ${name}`);
        if (fails.swap !== undefined) throw new Error(fails.swap);
      };
    },
  };
}

function reloadsFrom(next: () => DaemonConfig, parts: Reloadable[]) {
  const logged: string[] = [];
  const log = (_fields: object, message: string): void => void logged.push(message);
  const reloads = new Reloads(started, { read: next, log: { info: log, warn: log, error: log } });
  for (const one of parts) reloads.add(one);
  return { reloads, logged };
}

describe('a reload', () => {
  it('tries every part before it swaps the first', async () => {
    const done: string[] = [];
    const { reloads } = reloadsFrom(() => started, [part('alerts', done), part('schedule', done)]);
    expect(await reloads.reload()).toEqual({ changed: ['alerts', 'schedule'], needsRestart: [] });
    expect(done).toEqual(['try alerts', 'try schedule', 'swap alerts', 'swap schedule']);
  });

  it('leaves all as it was when one part finds a mistake', async () => {
    const done: string[] = [];
    const wider = { ...started, allowedHosts: ['soak.example'] };
    const parts = [part('alerts', done), part('schedule', done, { prepare: 'no such zone' })];
    const { reloads, logged } = reloadsFrom(() => wider, parts);
    await expect(reloads.reload()).rejects.toMatchObject({ code: 'config_invalid', message: 'no such zone' });
    expect(done).toEqual(['try alerts', 'try schedule']);
    expect(reloads.config).toBe(started);
    expect(logged).toEqual(['the configuration was not taken: all stays as it was']);
  });

  it('tells what every part found in one answer', async () => {
    const done: string[] = [];
    const bad = (name: string): Reloadable => ({
      name,
      prepare: () =>
        Promise.reject(
          new SoakdError(`${name} is wrong`, {
            ...{ code: 'config_invalid', hint: 'mend it', details: [`${name}.yaml:1:1 x: wrong`], exitCode: 2 },
          }),
        ),
    });
    const { reloads } = reloadsFrom(
      () => started,
      [bad('alerts'), part('tokens', done), bad('schedule'), bad('notify')],
    );
    await expect(reloads.reload()).rejects.toMatchObject({
      ...{ code: 'config_invalid', httpStatus: 422, exitCode: 2, hint: 'mend it' },
      message: 'alerts is wrong; schedule is wrong; notify is wrong',
      details: ['alerts.yaml:1:1 x: wrong', 'schedule.yaml:1:1 x: wrong', 'notify.yaml:1:1 x: wrong'],
    });
    expect(done).toEqual(['try tokens']);
  });

  it('tells which keys hold now, and which need a restart for as long as they do', async () => {
    const next = {
      ...started,
      ...{ listen: { host: '127.0.0.1', port: 9 }, dataFolder: '/elsewhere' },
      ...{ allowedHosts: ['soak.example'], retention: { ...started.retention, spoolMs: 1 } },
    };
    const { reloads } = reloadsFrom(() => next, []);
    const needsRestart = ['data', 'listen'];
    expect(await reloads.reload()).toEqual({ changed: ['allowed_hosts', 'retention'], needsRestart });
    expect(reloads.config).toEqual({ ...next, listen: started.listen, dataFolder: null });
    expect(await reloads.reload()).toEqual({ changed: [], needsRestart });
  });

  it('goes on with the other parts when a swap fails against its promise, and says so', async () => {
    const done: string[] = [];
    const parts = [part('alerts', done, { swap: 'a defect' }), part('schedule', done)];
    const { reloads } = reloadsFrom(() => started, parts);
    await expect(reloads.reload()).rejects.toMatchObject({ code: 'reload_incomplete', details: ['alerts: a defect'] });
    expect(done.at(-1)).toBe('swap schedule');
  });

  it('is done after the one before it', async () => {
    const done: string[] = [];
    const { reloads } = reloadsFrom(() => started, [part('alerts', done)]);
    await Promise.all([reloads.reload(), reloads.reload()]);
    expect(done).toEqual(['try alerts', 'swap alerts', 'try alerts', 'swap alerts']);
  });
});

describe('a daemon that is told to reload', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'soakd-reload-'));
    file = join(folder, 'soakd.yaml');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const running = async (source: string) => {
    writeFileSync(file, source);
    const readConfig = configFileReader(file);
    const rig = await startTestDaemon(
      folder,
      { ...readConfig(), listen: { host: '127.0.0.1', port: 0 } },
      {},
      readConfig,
    );
    onTestFinished(async () => void (await rig.daemon.stop()));
    const ask = async (path: string, token: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(new URL(path, rig.daemon.url), init);
      return {
        status: response.status,
        body: z.looseObject({ details: z.array(z.string()).optional() }).parse(await response.json()),
      };
    };
    return { ...rig, ask };
  };
  const startOn = (targetUrl: string) => ({
    targetUrl,
    profileSource: `soak_test:
  name: s
  duration: 1h
  traffic_pattern: { base_rate: 60 }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
`,
  });

  it('asks for the new token, and keeps load inside the new fence', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'the-first-token-of-all');
    const { ask } = await running(`token_file: ${tokenFile}\n`);
    writeFileSync(tokenFile, 'the-second-token-of-all');
    writeFileSync(file, `token_file: ${tokenFile}\nfence: { targets: [shop.example] }\n`);
    const reloaded = await ask('/v1/reload', 'the-first-token-of-all', {});
    expect(reloaded).toEqual({ status: 200, body: { changed: ['fence', 'tokens'], needsRestart: ['listen'] } });
    expect((await ask('/v1/runs', 'the-first-token-of-all', startOn('http://127.0.0.1:9'))).status).toBe(401);
    const outside = await ask('/v1/runs', 'the-second-token-of-all', startOn('http://127.0.0.1:9'));
    expect(outside).toMatchObject({ status: 403, body: { code: 'outside_fence' } });
  });

  it('goes on as before when the file has mistakes, and names each with its place', async () => {
    const { daemon, ask, log } = await running('log_level: info\n');
    writeFileSync(file, 'log_level: loud\nfence: { targets: [] }\n');
    const refused = await ask('/v1/reload', 'none-is-set', {});
    expect(refused).toMatchObject({ status: 422, body: { code: 'config_invalid' } });
    expect(refused.body.details).toEqual([
      expect.stringContaining(`${file}:1:12 log_level: `),
      expect.stringContaining(`${file}:2:10 fence.targets: is empty`),
    ]);
    await expect(daemon.reload()).rejects.toMatchObject({ code: 'config_invalid', exitCode: 2 });
    expect(log()).toContain('all stays as it was');
    expect((await ask('/readyz', 'none-is-set')).status).toBe(200);
  });

  it('reads a schedule by what the new file allows, not by what the old one did', async () => {
    const [first, second, shelf] = ['first', 'second', 'shelf'].map((name) => {
      const made = join(folder, name);
      mkdirSync(made);
      return made;
    });
    const curve = join(`${second}`, 'day.csv');
    writeFileSync(curve, 'time,requests_per_minute\n00:00,60\n12:00,120\n');
    writeFileSync(
      join(`${shelf}`, 's.yaml'),
      `soak_test:
  name: s
  duration: 24h
  traffic_pattern: { curve: { file: ${curve} } }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
`,
    );
    const entries = join(folder, 'entries.yaml');
    writeFileSync(entries, `profiles: ${shelf}\nentries:\n  weekly: { cron: "0 8 * * sat", profile: s }\n`);
    const { daemon } = await running(`profile_files: ${first}\n`);
    writeFileSync(file, `profile_files: ${first}\nschedule: { file: ${entries}, target: "http://127.0.0.1:9" }\n`);
    await expect(daemon.reload()).rejects.toMatchObject({ code: 'schedule_invalid' });
    writeFileSync(file, `profile_files: ${second}\nschedule: { file: ${entries}, target: "http://127.0.0.1:9" }\n`);
    expect(await daemon.reload()).toMatchObject({ changed: expect.arrayContaining(['profile_files', 'schedule']) });
    // And what it allows no longer is no longer read.
    writeFileSync(file, `profile_files: ${first}\nschedule: { file: ${entries}, target: "http://127.0.0.1:9" }\n`);
    await expect(daemon.reload()).rejects.toMatchObject({ code: 'schedule_invalid' });
  });

  it('takes no file that holds nothing any more, and goes on as before', async () => {
    const { ask } = await running('fence: { targets: [shop.example] }\n');
    for (const nothing of ['', '# all is commented out\n', '{}\n']) {
      writeFileSync(file, nothing);
      const refused = await ask('/v1/reload', 'none-is-set', {});
      expect(refused).toMatchObject({ status: 422, body: { code: 'config_invalid' } });
      expect(JSON.stringify(refused.body)).toContain('holds nothing');
    }
    const outside = await ask('/v1/runs', 'none-is-set', startOn('http://127.0.0.1:9'));
    expect(outside).toMatchObject({ status: 403, body: { code: 'outside_fence' } });
  });

  it('takes nothing of a file whose rules or entries have mistakes: neither those nor what else is new', async () => {
    const rules = join(folder, 'rules.yaml');
    const entries = join(folder, 'entries.yaml');
    const open = 'fence: { targets: [any] }\n';
    const { ask } = await running(open);
    writeFileSync(rules, 'alerts:\n  - { name: Slow, condition: "p95 >> 2s", severity: info, action: note }\n');
    writeFileSync(entries, 'entries:\n  weekly: { cron: "61 * * * *", profile: weekly }\n');
    const narrow = 'fence: { targets: [shop.example] }\n';
    for (const [named, place] of [
      [`alerts: { file: ${rules} }\n`, `${rules}:2:`],
      [`schedule: { file: ${entries} }\n`, `${entries}:2:`],
    ]) {
      writeFileSync(file, `${narrow}${named}`);
      const refused = await ask('/v1/reload', 'none-is-set', {});
      expect([refused.status, refused.body.details?.join('\n')]).toEqual([422, expect.stringContaining(place ?? '')]);
    }
    writeFileSync(file, `${narrow}alerts: { file: ${rules} }\nschedule: { file: ${entries} }\n`);
    const both = (await ask('/v1/reload', 'none-is-set', {})).body.details?.join('\n');
    for (const named of [rules, entries]) expect(both).toContain(`${named}:2:`);
    writeFileSync(file, open);
    expect((await ask('/v1/reload', 'none-is-set', {})).body).toEqual({ changed: [], needsRestart: ['listen'] });
  });
});
