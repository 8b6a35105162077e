import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startExampleShop } from '../scripts/example-shop.ts';
import { oomScoreAdjustment, processStat } from '../src/base/proc.ts';
import { K6_OOM_THOUSANDTHS } from '../src/load/k6-memory.ts';
import { type BuiltImage, buildImage, imageCanBeBuilt } from './support/built-image.ts';
import { Container, type ContainerOptions } from './support/container.ts';
import { DaemonApi } from './support/daemon-api.ts';
import { temporaryFolder } from './support/server-process.ts';

const profile = `soak_test:
  name: the example shop
  duration: 24h
  traffic_pattern: { base_rate: 300 }
  monitoring:
    samplers:
      - { kind: prometheus, name: shop, path: /metrics, series: { rss_bytes: process_resident_memory_bytes } }
  workload: { kind: requests, requests: [{ name: products, path: /api/products }] }
`;
const eventPage = z.object({ events: z.array(z.object({ kind: z.string(), data: z.unknown() })) });
const K6 = '/opt/soakd/k6/bin/k6';
const token = 'correct-horse-battery';

describe.skipIf(!imageCanBeBuilt())('the image', () => {
  let image: BuiltImage;
  let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
  const containers: Container[] = [];

  beforeAll(async () => {
    scratch = await temporaryFolder('container');
    image = await buildImage({ VERSION: '1.2.3', REVISION: 'abc123', CREATED: '2026-01-02T03:04:05Z', SOURCE: 'here' });
    writeFileSync(join(scratch.path, 'soakd.yaml'), 'data: /var/lib/soakd\nlisten: 127.0.0.1:0\n');
  }, 400_000);

  afterEach(async () => {
    for (const container of containers.splice(0)) await container.kill();
  });

  afterAll(async () => {
    await scratch?.remove();
    await image?.remove();
  });

  const run = (options: Partial<ContainerOptions> = {}): Container => {
    const container = new Container(image, { volume: join(scratch.path, 'volume'), ...options });
    containers.push(container);
    return container;
  };

  const loopback = () => ({ '/etc/soakd/soakd.yaml': join(scratch.path, 'soakd.yaml') });

  it('says what it is, and which build', () => {
    expect(image.config.Labels).toMatchObject({
      'org.opencontainers.image.title': 'soakd',
      'org.opencontainers.image.licenses': 'Apache-2.0 AND AGPL-3.0-only',
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.revision': 'abc123',
      'org.opencontainers.image.created': '2026-01-02T03:04:05Z',
      'org.opencontainers.image.source': 'here',
    });
  });

  it('holds what runs, and nothing to build with', () => {
    const inside = (path: string): boolean => existsSync(join(image.root, 'opt/soakd', path));
    expect(
      ['dist/cli/main.js', 'k6/bin/k6', 'k6/conversation.ts', 'config/soakd.yaml'].filter((path) => !inside(path)),
    ).toEqual([]);
    expect(['src', 'node_modules/typescript', 'node_modules/vitest', 'k6/xk6-soakd'].filter(inside)).toEqual([]);
  });

  it('starts as it is, and is healthy by its own health check', async () => {
    const container = run({ env: { SOAKD_TOKEN: token }, ownNetwork: true });
    await container.until(/http:/);
    const [kind, ...check] = image.config.Healthcheck.Test;
    expect(kind).toBe('CMD');
    expect(await container.exec(check)).toEqual({ code: 0, out: '', said: '' });
    const status = await container.exec(['soakd', 'status']);
    expect([status.code, status.said]).toEqual([0, expect.stringContaining('no run is live')]);
    expect(await container.stop()).toEqual({ code: 0, signal: null });
  });

  it('does not start without a token: its port can be reached from elsewhere', async () => {
    expect(await run({ ownNetwork: true }).ended).toEqual({ code: 2, signal: null });
  });

  it('runs as nobody in particular, without capabilities, and writes to its volume only', async () => {
    const container = run({ env: { SOAKD_TOKEN: token }, files: loopback() });
    await container.until(/http:/);
    const tried = await container.exec([
      'sh',
      '-c',
      'id -u; touch /tmp/x; touch /opt/soakd/x; touch $SOAKD_DATA/x && rm $SOAKD_DATA/x && echo written',
    ]);
    expect(tried.out).toBe('10001\nwritten\n');
    expect(tried.said.match(/Read-only file system/g)).toHaveLength(2);
    const status = readFileSync(`/proc/${container.init}/status`, 'utf8');
    expect(status).toMatch(/^CapBnd:\s*0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s*1$/m);
  });

  it('carries a soak on after a stop and after a kill, on the same volume', async () => {
    const shop = await startExampleShop();
    try {
      const volume = join(scratch.path, 'soak');
      const start = (): Container => run({ volume, env: { SOAKD_TOKEN: token }, files: loopback(), name: 'soak' });
      const api = async (container: Container) => new DaemonApi((await container.until(/http:\S+/))[0], token);

      const first = start();
      const wish = { profileSource: profile, targetUrl: shop.url, rehearseMs: 60_000 };
      const begun = await (await api(first)).post('/v1/runs', wish);
      const { id } = z.object({ id: z.string() }).parse(JSON.parse(begun));
      const before = await (await api(first)).served(id, 1);
      expect(first.processWith(K6)).not.toBeNull();
      expect(await first.stop()).toEqual({ code: 0, signal: null });

      const second = start();
      await (await api(second)).served(id, before + 1);
      const k6 = second.processWith(K6);
      const daemon = second.processWith('/usr/local/bin/soakd');
      if (k6 === null || daemon === null) throw new Error('the soak was not carried on');
      expect((oomScoreAdjustment(k6) ?? 0) - (oomScoreAdjustment(daemon) ?? 0)).toBe(K6_OOM_THOUSANDTHS);
      // The daemon, not process 1: as the kernel would, when memory ends.
      process.kill(daemon, 'SIGKILL');
      expect((await second.ended).code).toBe(137);
      expect(processStat(k6)).toBeNull();

      const third = start();
      const last = await api(third);
      await last.tells(id, ({ event, data }) => event === 'state' && data.includes('"rehearsed"'));
      const { events } = eventPage.parse(JSON.parse(await last.get(`/v1/runs/${id}/events`)));
      const resumed = events.filter(({ kind }) => kind === 'soakd_resumed');
      expect(resumed).toMatchObject([{ data: { adopted: [] } }, { data: { adopted: [] } }]);
      expect(await last.get(`/v1/runs/${id}/report?format=md`)).toMatch(
        /load was not offered in [\d.]+ % of the time \(the load generator was not running\)/,
      );
      expect(await third.stop()).toEqual({ code: 0, signal: null });
    } finally {
      shop.process.kill('SIGKILL');
    }
  }, 180_000);
});
