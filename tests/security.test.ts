/** Attacks on a real daemon, one a test. docs/security.md lists them, and says what happens. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import type { DaemonConfig } from '../src/daemon/config.ts';
import { startTestDaemon } from './support/daemon-rig.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { RawConnection, rawHttp, rawRequest, statusOf } from './support/raw-http.ts';
import { SHORT_PROFILE } from './support/short-profile.ts';

const OPERATE = 'correct-horse-battery';
const READ = 'may-look-and-no-more';
const JSON_TYPE = 'Content-Type: application/json';
const bearer = (token: string): string => `Authorization: Bearer ${token}`;

let root: string;
let target: HttpTarget;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'soakd-attacked-'));
  target = await startHttpTarget(() => systemClock.now());
  writeFileSync(join(root, 'tokens'), `ana ${OPERATE}\n`);
  writeFileSync(join(root, 'read-tokens'), `wall ${READ}\n`);
  mkdirSync(join(root, 'profiles'));
  writeFileSync(join(root, 'profiles', 'short.yaml'), SHORT_PROFILE);
  writeFileSync(join(root, 'secret.yaml'), 'password: hunter2-hunter2\n');
});
afterAll(async () => {
  await target.close();
  rmSync(root, { recursive: true, force: true });
});

type Rig = Awaited<ReturnType<typeof startTestDaemon>> & { port: number };

const start = async (config: Partial<DaemonConfig> = {}): Promise<Rig> => {
  const rig = await startTestDaemon(mkdtempSync(join(root, 'data-')), {
    shelfFolder: join(root, 'profiles'),
    ...config,
  });
  return { ...rig, port: Number(new URL(rig.daemon.url).port) };
};
const withTokens = { tokenFile: '', readTokenFile: '' };

const ask = (port: number, line: string, headers: readonly string[] = [], body = ''): Promise<string> =>
  rawHttp(
    port,
    rawRequest(line, body === '' ? headers : [...headers, `Content-Length: ${Buffer.byteLength(body)}`], body),
  );

const codeOf = (answer: string): string => /"code":"(\w+)"/.exec(answer)?.[1] ?? 'none';

describe('a daemon on loopback without a token', () => {
  let soakd: Rig;
  beforeAll(async () => {
    soakd = await start();
  });
  afterAll(() => soakd.daemon.stop());
  // Whatever was tried, it lives, and says nothing of its inside.
  afterEach(async () => {
    expect(statusOf(await ask(soakd.port, 'GET /healthz'))).toBe(200);
    expect(
      soakd
        .log()
        .split('\n')
        .filter((line) => line.includes('"level":"error"')),
    ).toEqual([]);
  });

  it('opens no file for a path in an address', async () => {
    const ways = ['../../etc/passwd', '..%2f..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', '....//etc/passwd'];
    const places = ['/', '/assets/', '/assets/0123456789abcdef/', '/v1/runs/', '/v1/profiles/', '//', '/v1/alerts/'];
    for (const place of places) {
      for (const way of [...ways, '..\\..\\etc\\passwd', '%00', 'file:///etc/passwd', join(root, 'secret.yaml')]) {
        const answer = await ask(soakd.port, `GET ${place}${way}`);
        expect([400, 404], `${place}${way}`).toContain(statusOf(answer));
        expect(answer).not.toMatch(/root:|hunter2/);
      }
    }
    for (const absolute of ['http://evil.example/etc/passwd', '*', '/v1/runs/a/report?format=../../etc/passwd'])
      expect([400, 403, 404]).toContain(statusOf(await ask(soakd.port, `GET ${absolute}`)));
  }, 60_000);

  it('starts no profile by a path', async () => {
    for (const profile of ['../secret', join(root, 'secret'), '..', 'short.yaml/../../secret', 'short\u0000']) {
      const answer = await ask(
        soakd.port,
        'POST /v1/runs',
        [JSON_TYPE],
        JSON.stringify({ profile, targetUrl: target.url }),
      );
      expect(['request_invalid', 'profile_unknown']).toContain(codeOf(answer));
      expect(answer).not.toContain('hunter2');
    }
  });

  it('is not read under a name that a page gave to 127.0.0.1', async () => {
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:8089', '0.0.0.0', '']) {
      const answer = await rawHttp(soakd.port, `GET /v1/status HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect([400, 403], host).toContain(statusOf(answer));
      if (statusOf(answer) === 403) expect(codeOf(answer)).toBe('host_refused');
    }
  });

  it('does nothing for a foreign page: no form, no script, no preflight', async () => {
    const body = JSON.stringify({ profile: 'short', targetUrl: target.url });
    const foreign = 'Origin: https://evil.example';
    expect(codeOf(await ask(soakd.port, 'POST /v1/runs', [foreign, JSON_TYPE], body))).toBe('origin_refused');
    expect(codeOf(await ask(soakd.port, 'POST /v1/runs', ['Origin: null', JSON_TYPE], body))).toBe('origin_refused');
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(statusOf(await ask(soakd.port, 'POST /v1/runs', [`Content-Type: ${type}`], body)), type).toBe(415);
    expect(codeOf(await ask(soakd.port, 'GET /v1/status', [foreign]))).toBe('origin_refused');
    const preflight = await ask(soakd.port, 'OPTIONS /v1/runs', [foreign, 'Access-Control-Request-Method: POST']);
    expect(statusOf(preflight)).toBe(405);
    expect(preflight.toLowerCase()).not.toContain('access-control-allow');
  });

  it('refuses what is too large before it is read: headers, their number, addresses, bodies', async () => {
    expect(statusOf(await ask(soakd.port, 'GET /healthz', [`X-Large: ${'x'.repeat(20_000)}`]))).toBe(431);
    const many = Array.from({ length: 150 }, (_, at) => `X-${at}: 1`);
    expect(codeOf(await ask(soakd.port, 'GET /healthz', many))).toBe('headers_too_many');
    const more = Array.from({ length: 1_000 }, (_, at) => `X-${at}: 1`);
    expect(statusOf(await ask(soakd.port, 'GET /healthz', more))).toBe(431);
    expect(statusOf(await ask(soakd.port, `GET /v1/status?run=${'x'.repeat(5_000)}`))).toBe(414);
    const large = await rawHttp(
      soakd.port,
      `${rawRequest('POST /v1/runs', [JSON_TYPE, 'Content-Length: 900000000'])}{"profile":`,
    );
    expect(codeOf(large)).toBe('body_too_large');
  });

  it('takes bad encodings, deep JSON and keys of prototypes for what they are', async () => {
    for (const path of ['/v1/runs/%ff%fe', '/v1/runs/%', '/%c0%ae%c0%ae/', '/v1/status?run=%ff'])
      expect([400, 404], path).toContain(statusOf(await ask(soakd.port, `GET ${path}`)));
    const bodies = [
      Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]).toString('latin1'),
      '['.repeat(200_000),
      `{"profile":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      '{"__proto__": {"admin": true}, "profile": "short"}',
      '{"constructor": {"prototype": {"admin": true}}}',
      '{"profile": "short", "profile": "../secret"}',
      'null',
      '""',
      '1e999',
    ];
    for (const body of bodies) {
      const answer = await ask(soakd.port, 'POST /v1/runs', [JSON_TYPE], body);
      expect(statusOf(answer), body.slice(0, 40)).toBe(400);
    }
  });

  it('does not guess where a request ends', async () => {
    const post = (headers: string[], body: string): Promise<string> =>
      rawHttp(soakd.port, rawRequest('POST /v1/runs', [JSON_TYPE, ...headers], body));
    const smuggled = '0\r\n\r\nGET /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const answers = await Promise.all([
      post(['Content-Length: 6', 'Transfer-Encoding: chunked'], smuggled),
      post(['Content-Length: 5', 'Content-Length: 6'], 'hello'),
      post(['Content-Length: +5'], 'hello'),
      post(['Transfer-Encoding: chunked, identity'], smuggled),
      post(['Transfer-Encoding : chunked'], smuggled),
      post(['X: a\r\n folded'], ''),
      rawHttp(soakd.port, 'GET /v1/runs HTTP/1.1\nHost: 127.0.0.1\n\n'),
      rawHttp(soakd.port, 'GET /v1/runs HTTP/1.1\r\n\r\n'),
      rawHttp(soakd.port, 'GET /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n'),
      rawHttp(soakd.port, 'GET /v1/runs\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'),
      rawHttp(soakd.port, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
    ]);
    for (const [at, answer] of answers.entries()) {
      expect(statusOf(answer), `${at}: ${answer.slice(0, 200)}`).toBe(400);
      // One answer, and the connection is closed: nothing of the rest was taken for a request.
      expect(answer.match(/HTTP\/1\.1 \d/g), String(at)).toHaveLength(1);
    }
  });

  it('says with every answer how a browser must take it, and lets no other origin read it', async () => {
    const asked = [
      'GET /',
      'GET /healthz',
      'GET /v1/status',
      'GET /metrics',
      'GET /nowhere',
      'GET /%',
      'PUT /v1/runs',
      'GET /openapi.json',
    ];
    const answers = await Promise.all([
      ...asked.map((line) => ask(soakd.port, line)),
      rawHttp(soakd.port, 'no HTTP at all\r\n\r\n'),
      ask(soakd.port, 'GET /healthz', [`X-Large: ${'x'.repeat(20_000)}`]),
    ]);
    const stream = await new RawConnection(soakd.port).send(rawRequest('GET /v1/stream')).connected();
    // The first status comes at once.
    while (!stream.received.includes('\r\n\r\n')) await ask(soakd.port, 'GET /healthz');
    stream.close();
    for (const answer of [...answers, stream.received]) {
      const head = (answer.split('\r\n\r\n')[0] ?? '').toLowerCase();
      expect(head).toContain("content-security-policy: default-src 'none'");
      expect(head).toContain("frame-ancestors 'none'");
      expect(head).toContain('x-content-type-options: nosniff');
      expect(head).toContain('referrer-policy: no-referrer');
      expect(head).toContain('cross-origin-resource-policy: same-origin');
      expect(head).not.toContain('access-control-');
      expect(head).not.toMatch(/^(?:server|x-powered-by):/m);
    }
  });

  it('ends the connections of those who send slowly, or nothing', async () => {
    const silent = new RawConnection(soakd.port);
    const slow = new RawConnection(soakd.port).send('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    expect(statusOf(await slow.ended())).toBe(408);
    expect([0, 408]).toContain(statusOf(await silent.ended()));
  }, 60_000);

  it('holds so many streams and connections and no more, and works on when they are gone', async () => {
    const streams = Array.from({ length: 64 }, () => new RawConnection(soakd.port).send(rawRequest('GET /v1/stream')));
    while (streams.some(({ received }) => !received.includes(' 200 '))) await ask(soakd.port, 'GET /healthz');
    expect(codeOf(await ask(soakd.port, 'GET /v1/stream'))).toBe('too_many_readers');
    for (const stream of streams) stream.close();
    const crowd = await Promise.all(Array.from({ length: 700 }, () => new RawConnection(soakd.port).connected()));
    const refused = new RawConnection(soakd.port).send(rawRequest('GET /healthz'));
    expect(await refused.ended()).toBe('');
    for (const one of crowd) one.close();
    while (statusOf(await ask(soakd.port, 'GET /healthz')) !== 200);
  }, 60_000);
});

describe('a daemon that others can reach', () => {
  let soakd: Rig;
  beforeAll(async () => {
    k6ForTests();
    soakd = await start({
      ...withTokens,
      tokenFile: join(root, 'tokens'),
      readTokenFile: join(root, 'read-tokens'),
      listen: { host: '0.0.0.0', port: 0 },
    });
  });
  afterAll(() => soakd.daemon.stop());

  it('tells nothing to those without a token, but that it is there', async () => {
    for (const path of [
      '/v1/status',
      '/v1/runs',
      '/v1/profiles',
      '/metrics',
      '/v1/stream',
      '/v1/alerts',
      '/v1/notifications',
    ])
      expect(statusOf(await ask(soakd.port, `GET ${path}`)), path).toBe(401);
    expect(statusOf(await ask(soakd.port, 'POST /v1/reload', [JSON_TYPE], '{}'))).toBe(401);
    expect(statusOf(await ask(soakd.port, 'GET /healthz'))).toBe(200);
  });

  it('lets a token that may only read change nothing', async () => {
    expect(statusOf(await ask(soakd.port, 'GET /v1/status', [bearer(READ)]))).toBe(200);
    const body = JSON.stringify({ profile: 'short', targetUrl: target.url });
    expect(codeOf(await ask(soakd.port, 'POST /v1/runs', [bearer(READ), JSON_TYPE], body))).toBe('role_missing');
    expect(codeOf(await ask(soakd.port, 'POST /v1/reload', [bearer(READ), JSON_TYPE], '{}'))).toBe('role_missing');
  });

  it('starts profiles of its own only, and says by whose token', async () => {
    const own = { profileSource: SHORT_PROFILE, targetUrl: target.url };
    const headers = [bearer(OPERATE), JSON_TYPE];
    expect(codeOf(await ask(soakd.port, 'POST /v1/runs', headers, JSON.stringify(own)))).toBe('inline_profile_refused');
    const named = { profile: 'short', targetUrl: target.url, rehearseMs: 30_000, who: 'bo@laptop' };
    const started = await ask(soakd.port, 'POST /v1/runs', headers, JSON.stringify(named));
    expect(started).toContain('"startedBy":"bo@laptop (token ana)"');
    const id = /"id":"([\w-]+)"/.exec(started)?.[1] ?? '';
    const feigned = JSON.stringify({ kind: 'stop', who: 'bo (token ana)' });
    expect(codeOf(await ask(soakd.port, `POST /v1/runs/${id}/actions`, headers, feigned))).toBe('request_invalid');
    expect(await ask(soakd.port, `POST /v1/runs/${id}/actions`, headers, '{"kind":"stop"}')).toContain(
      '"who":"ana (token)"',
    );
  });

  it('answers guesses ever more seldom, never locks out a right token, and keeps its log short', async () => {
    const guess = (at: number): Promise<string> => ask(soakd.port, 'GET /v1/status', [bearer(`guessed-token-${at}`)]);
    const answers: string[] = [];
    for (let at = 0; at < 40; at++) answers.push(await guess(at));
    const refused = answers.filter((answer) => statusOf(answer) === 429);
    expect(answers.slice(0, 10).every((answer) => statusOf(answer) === 401)).toBe(true);
    expect(refused.length).toBeGreaterThanOrEqual(25);
    expect(refused[0]).toMatch(/^retry-after: \d+\r$/im);
    expect(statusOf(await ask(soakd.port, 'GET /v1/status', [bearer(READ)]))).toBe(200);
    expect(statusOf(await ask(soakd.port, 'GET /v1/status', [bearer(OPERATE)]))).toBe(200);
    expect(
      soakd
        .log()
        .split('\n')
        .filter((line) => line.includes('a wrong token was sent')).length,
    ).toBeLessThan(16);
    expect(soakd.log()).not.toMatch(/guessed-token|correct-horse|may-look/);
    expect(await ask(soakd.port, 'GET /metrics', [bearer(READ)])).toMatch(/soakd_http_wrong_tokens_total 40/);
  });
});

describe('secrets in a profile', () => {
  it('reach the target and nobody else', async () => {
    k6ForTests();
    const soakd = await start();
    // What is soaked elsewhere would be busy.
    const target = await startHttpTarget(() => systemClock.now());
    const secret = 'typed-in-0123456789';
    const profileSource = SHORT_PROFILE.replace(
      'path: / }',
      `path: /, headers: { authorization: "Bearer ${secret}" } }`,
    );
    expect(profileSource).toContain(secret);
    const body = JSON.stringify({ profileSource, targetUrl: target.url, rehearseMs: 30_000 });
    const started = await ask(soakd.port, 'POST /v1/runs', [JSON_TYPE], body);
    const id = /"id":"([\w-]+)"/.exec(started)?.[1] ?? '';
    const before = target.seen.length;
    await target.came(before + 1);
    expect(target.seen.at(-1)?.headers.authorization).toBe(`Bearer ${secret}`);
    const shown = await Promise.all(
      ['/v1/runs', `/v1/runs/${id}`, '/v1/status', '/metrics', `/v1/runs/${id}/events`].map((path) =>
        ask(soakd.port, `GET ${path}`),
      ),
    );
    for (const text of [started, ...shown]) expect(text).not.toContain(secret);
    expect(shown[1]).toContain('[redacted]');
    await ask(soakd.port, `POST /v1/runs/${id}/actions`, [JSON_TYPE], '{"kind":"stop"}');
    await soakd.daemon.stop();
    await target.close();
    expect(soakd.log()).not.toContain(secret);
  }, 60_000);
});
