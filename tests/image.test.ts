import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startExampleShop } from '../scripts/example-shop.ts';
import { oomScoreAdjustment, processStat } from '../src/base/proc.ts';
import { K6_OOM_THOUSANDTHS } from '../src/load/k6-memory.ts';
import { alertmanagerIsInstalled, startAlertmanager } from './support/alertmanager-server.ts';
import { type BuiltImage, buildImage, imageCanBeBuilt } from './support/built-image.ts';
import { Container, type ContainerOptions } from './support/container.ts';
import { DaemonApi } from './support/daemon-api.ts';
import { hasChromium, startBrowser, watchedPage } from './support/dashboard-rig.ts';
import { WEEKLY, writeDutyConfiguration } from './support/duty-setup.ts';
import { startHttpTarget } from './support/http-target.ts';
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
const api = async (container: Container): Promise<DaemonApi> =>
  new DaemonApi((await container.until(/http:\S+/))[0], token);
const alertsSeen = z.array(z.object({ labels: z.record(z.string(), z.string()) }));
const token = 'correct-horse-battery';

describe.skipIf(!imageCanBeBuilt())('the image', () => {
  let image: BuiltImage;
  let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
  const containers: Container[] = [];

  beforeAll(async () => {
    scratch = await temporaryFolder('container');
    image = await buildImage({ VERSION: '1.2.3', REVISION: 'abc123', CREATED: '2026-01-02T03:04:05Z', SOURCE: 'here' });
    writeFileSync(join(scratch.path, 'soakd.yaml'), 'data: /var/lib/soakd\nlisten: 127.0.0.1:0\n');
  }, 600_000);

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

      const first = start();
      const wish = { profileSource: profile, targetUrl: shop.url, rehearseMs: 45_000 };
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

  it.skipIf(!alertmanagerIsInstalled() || !hasChromium)(
    'is on duty: starts by itself, tells who should know, shows, survives, sums up, answers a pipeline',
    async () => {
      const shop = await startExampleShop();
      const slack = await startHttpTarget(Date.now, () => ({ body: 'ok' }));
      const alertmanager = await startAlertmanager();
      const browser = await startBrowser();
      try {
        const alertmanagerUrl = `http://127.0.0.1:${alertmanager.port}`;
        const folder = join(scratch.path, 'duty');
        writeDutyConfiguration(folder, { targetUrl: shop.url, alertmanagerUrl, nowMs: Date.now() });
        const env = { SOAKD_TOKEN: token, SLACK_WEBHOOK: `${slack.url}/services/T0/B0/secret-part` };
        const start = (): Container =>
          run({ volume: join(scratch.path, 'duty-volume'), env, files: { '/etc/soakd': folder }, name: 'duty' });

        // The schedule's clock says Saturday evening.
        const first = start();
        const begun = await (await api(first)).tells(
          null,
          ({ event, data }) => event === 'state' && data.includes('"running"'),
        );
        const { runId } = z.object({ runId: z.string() }).parse(JSON.parse(begun.data));

        // A page for people.
        const { page, errors, violations } = await watchedPage(browser.context);
        await page.addInitScript(`sessionStorage.setItem('soakd.token', ${JSON.stringify(token)})`);
        await page.goto((await api(first)).url);
        await page.getByRole('heading', { name: WEEKLY }).waitFor();
        expect(errors.concat(violations)).toEqual([]);

        // Something breaks.
        const slackTexts = (): string[] =>
          slack.seen.map(({ body }) => z.object({ text: z.string() }).parse(JSON.parse(body)).text);
        const broken = await fetch(`${shop.url}/switches`, {
          method: 'PATCH',
          body: JSON.stringify({ error_rate: 0.5 }),
        });
        expect(broken.ok).toBe(true);
        await slack.came(1);
        const known = await fetch(`${alertmanagerUrl}/api/v2/alerts`);
        expect(alertsSeen.parse(await known.json()).map(({ labels }) => labels.alertname)).toEqual(['ShopFails']);
        await page.locator('#alerts').getByText('ShopFails').first().waitFor();

        // The container is made anew meanwhile; nobody is told twice.
        expect(await first.stop()).toEqual({ code: 0, signal: null });
        const second = start();
        const last = await api(second);
        await last.tells(runId, ({ event, data }) => event === 'state' && data.includes('"failed"'));

        // The summary, and the answer to a pipeline.
        const url = { SOAKD_URL: last.url };
        const ask = (...more: string[]) =>
          second.exec(['soakd', 'gate', '--profile', WEEKLY, '--max-age', '8d', ...more], url);
        const gate = await ask();
        expect([gate.code, gate.out + gate.said]).toEqual([1, expect.stringContaining(runId)]);
        expect((await ask('--build', 'another')).code).toBe(3);
        await slack.came(3);
        expect(slackTexts()).toEqual([
          expect.stringContaining('[FIRING] critical: ShopFails'),
          expect.stringContaining('[NO LONGER WATCHED] critical: ShopFails'),
          expect.stringMatching(new RegExp(`^${WEEKLY}: failed: Error rate: `)),
        ]);
        expect(await second.stop()).toEqual({ code: 0, signal: null });
        expect(first.log + second.log).not.toContain('secret-part');
      } finally {
        shop.process.kill('SIGKILL');
        await Promise.all([slack.close(), alertmanager.stop(), browser.close()]);
      }
    },
    240_000,
  );
});
