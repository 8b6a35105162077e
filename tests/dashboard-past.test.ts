import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../src/api/access.ts';
import type { Run } from '../src/model/run.ts';
import type { Soaks } from '../src/soak/soaks.ts';
import { ApiRig } from './support/api-rig.ts';
import { type Browser, hasChromium, startBrowser, type Watched, watchedPage } from './support/dashboard-rig.ts';
import { memoryDutyStore } from './support/duty-store.ts';
import { begin, HOUR_MS, SimulatedStaging, START_MS } from './support/simulated-staging.ts';

const SECRET = 'a-token-of-sixteen-and-more';

const profile = (name = 'orders', rate = 120): string => `soak_test:
  name: ${name}
  duration: 3h
  traffic_pattern: { base_rate: ${rate}, warmup: 30m }
  workload: { kind: requests, requests: [{ name: buy, path: / }] }
  monitoring: { interval: 60s, samplers: [{ kind: scripted, name: agent }] }
  success_criteria: { response_time_p95: "<= 600ms", memory_leak: off, response_time_degradation: off }
`;

/** Milliseconds that half the requests take, and CPU, run by run: the second is 30 % slower, the others get slower a little. */
const MEDIANS = [200, 260, 265, 270, 275];

/** Five runs of one profile, each slower than the one before, and one of another profile that sends more. */
async function playedRuns(): Promise<{ staging: SimulatedStaging; soaks: Soaks; runs: Run[] }> {
  const eachMs = 4 * HOUR_MS;
  const at = (atMs: number): number => Math.floor((atMs - START_MS) / eachMs);
  const staging = new SimulatedStaging({
    series: {
      cpu_percent: { unit: 'percent', leakCandidate: false, memory: false, at: (atMs) => 20 + 0.4 * (at(atMs) % 2) },
    },
    load: {
      seed: 3,
      requests: [{ name: 'buy', share: 1 }],
      latency: ({ atMs }) => ({ medianMs: MEDIANS[at(atMs)] ?? 275, shape: 5 }),
      failures: () => ({}),
    },
  });
  const soaks = staging.daemon();
  const runs: Run[] = [];
  for (const [index, build] of ['41', '42', '43', '44', '45', null].entries()) {
    await staging.clock.runUntil(staging.clock.sleep(START_MS + index * eachMs - staging.clock.now()), 2 * eachMs);
    const source = build === null ? profile('orders, more of them', 360) : profile();
    const labels = build === null ? {} : { labels: { build } };
    const run = await staging.clock.runUntil(begin(soaks, source, labels), HOUR_MS);
    await staging.play(soaks, run.id);
    runs.push(run);
  }
  return { staging, soaks, runs };
}

describe.skipIf(!hasChromium)('runs that are over, in a browser', () => {
  let played: Awaited<ReturnType<typeof playedRuns>>;
  let browser: Browser;
  let watched: Watched;
  let rig: ApiRig;
  let url: string;
  const duty = memoryDutyStore();

  const idOf = (index: number): string => played.runs[index]?.id ?? 'none';
  const says = (selector: string, pattern: RegExp): Promise<unknown> =>
    watched.page.locator(selector).filter({ hasText: pattern }).first().waitFor();
  async function opened(place: string): Promise<Watched> {
    watched = await watchedPage(browser.context);
    await watched.page.goto(`${url}/#${place}`);
    return watched;
  }

  beforeAll(async () => {
    [played, browser] = await Promise.all([playedRuns(), startBrowser({ width: 1280, height: 900 })]);
    rig = new ApiRig(played.staging, {
      control: played.soaks,
      duty,
      access: () => ({ tokens: [accessToken('ana', 'operate', SECRET)], loopback: true, allowedHosts: [] }),
    });
    url = await rig.app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterAll(async () => {
    rig?.stopping.abort();
    await rig?.app.close();
    await browser?.close();
  });

  afterEach(async () => {
    const { errors, violations, page } = watched;
    await page.close();
    expect({ errors, violations }).toEqual({ errors: [], violations: [] });
  });

  it('are compared by the daemon: what is worse, by how much, and how sure that is', async () => {
    const { page, requests } = await opened(`/compare/${idOf(0)}/${idOf(1)}`);
    await says('#judged h2', /The second is \d+ × worse/);
    expect(requests.some((asked) => asked.includes(`/v1/compare?a=${idOf(0)}&b=${idOf(1)}`))).toBe(true);
    await says('#judged', /Build 41 → 42/);
    await says('#judged', /100 % of the time was spent at like loads/);
    const slower = page
      .locator('[data-group=duration] tr[data-judgement=worse]')
      .filter({ hasText: 'P95 all requests' });
    const cells = await slower.locator('td').allTextContents();
    expect(cells[0]).toBe('▲ worse');
    // 260 for 200 are 30 % more, and the interval holds it.
    const percents = /\+?([\d.]+)\s%/.exec(cells[3] ?? '');
    expect(Number(percents?.[1])).toBeGreaterThan(27);
    expect(Number(percents?.[1])).toBeLessThan(33);
    expect(cells[4]).toMatch(/^2\d(\.\d+)?\s% to 3\d(\.\d+)?\s%$/);
    await says('[data-group=resource] tr[data-judgement=same]', /cpu_percent/);
    expect(await page.locator('#differences').count()).toBe(0);
    await page.getByRole('link', { name: 'The other way round' }).click();
    await says('[data-group=duration] tr[data-judgement=better]', /P95 all requests/);
  });

  it('of two profiles or loads are said not to be the same soak', async () => {
    await opened(`/compare/${idOf(1)}/${idOf(5)}`);
    await says('#differences', /Not the same soak twice: 2 things differ/);
    await says('#differences li', /profile: "orders" and "orders, more of them"/);
    await says('#differences li', /load: 0 % of the time was at like loads/);
    await says('[data-group=duration] tr[data-judgement=unknown]', /too little load in common/);
  });

  it('wait for the later one to be over', async () => {
    const live = await played.staging.clock.runUntil(begin(played.soaks, profile('orders, now')), HOUR_MS);
    await opened(`/compare/${idOf(0)}/${live.id}`);
    await says('.empty', /Runs are compared when both are over/);
    await played.staging.play(played.soaks, live.id);
  });

  it('are followed from run to run, of the profile that is chosen', async () => {
    const { page } = await opened('/runs');
    await page.getByLabel('profile').selectOption('orders');
    await says('#history h2', /From run to run: orders$/);
    await says('#history .trends td[data-metric=p95]', /▲ rising; \+[\d.]+\sms a run, p = 0\.017/);
    expect(await page.locator('#history .trends td[data-metric=p95] circle').count()).toBe(5);
    await says('#history .trends td[data-metric=mttr]', /–/);
    expect(await page.locator('#history tbody tr[data-run]').count()).toBe(5);
    // The newest comes first.
    expect(await page.locator('#history tbody tr[data-run] td:nth-child(2)').allTextContents()).toEqual([
      '45',
      '44',
      '43',
      '42',
      '41',
    ]);
    await page.getByLabel('profile').selectOption('orders, more of them');
    await says('#history .trends td[data-metric=p95]', /–/);
  });

  it('become a baseline by those who hold the token, which is seen wherever the run is, and can be removed', async () => {
    const { page } = await opened(`/runs/${idOf(4)}`);
    await says('#history .baselines', /No run was promoted as the baseline/);
    await says('#history tr[aria-current=true]', /this run/);
    await page
      .locator(`#history tr[data-run="${idOf(0)}"]`)
      .getByRole('button')
      .click();
    await page.locator('dialog input[name=who]').fill('bo');
    await page.locator('dialog').getByRole('button', { name: 'Promote' }).click();
    await says('dialog', /Token of the daemon/);
    expect(await duty.baselines('orders')).toEqual([]);
    await page.locator('dialog input[type=password]').fill(SECRET);
    await page.getByRole('button', { name: 'Use it' }).click();
    await says('#history .baselines', /Baseline default: .*by bo \(token ana\)/);
    expect(await duty.baselines('orders')).toMatchObject([{ name: 'default', runId: idOf(0), who: 'bo (token ana)' }]);
    await says(`#history tr[data-run="${idOf(0)}"] .badge`, /baseline default/);
    await page.getByRole('link', { name: 'Compare with it' }).click();
    await says('section[aria-label="First run"] .badge', /baseline default/);
    await page.goBack();
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('button', { name: 'Remove the baseline' }).click();
    await says('#history .baselines', /No run was promoted/);
    expect(await duty.baselines('orders')).toEqual([]);
  });

  it('say that their rows are past retention, and show what is left', async () => {
    const { staging } = played;
    const rows = {
      atMs: staging.clock.now(),
      kind: 'rows_pruned',
      severity: 'info',
      message: 'rows are gone',
    } as const;
    await staging.store.addEvents(idOf(3), [{ ...rows, data: {} }]);
    const { page } = await opened(`/runs/${idOf(3)}`);
    await says('#pruned', /past their retention and deleted: there are no charts of it any more/);
    await says('main', /rows are gone/);
    expect(await page.locator('figure.chart:visible').count()).toBe(0);
    expect(await page.locator('.toast').count()).toBe(0);
    await page.goto(`${url}/#/compare/${idOf(0)}/${idOf(3)}`);
    await says('.empty', /They cannot be compared: the rows of run .* are past their retention and deleted/);
    await says('section[aria-label="Second run"]', /passed/);
  });

  it('fit a phone of 360 pixels without scrolling sideways', async () => {
    const { page } = await opened(`/compare/${idOf(0)}/${idOf(1)}`);
    await page.setViewportSize({ width: 360, height: 740 });
    await says('#judged h2', /worse/);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.goto(`${url}/#/runs`);
    await says('#history tbody', /over/);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });
});
