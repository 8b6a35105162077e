import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../src/api/access.ts';
import { idleAlertWatch } from './support/alert-rig.ts';
import { ApiRig } from './support/api-rig.ts';
import { type Browser, hasChromium, startBrowser, type Watched, watchedPage } from './support/dashboard-rig.ts';
import { ScheduleRig } from './support/schedule-rig.ts';

const SECRET = 'a-token-of-sixteen-and-more';
const SCHEDULE = `profiles: load
entries:
  hourly: { cron: "0 8 * * *", timezone: UTC, profile: hour, on_conflict: skip }
  nightly: { cron: "0 1 * * *", timezone: UTC, profile: quarter, on_conflict: skip }
`;

/** The schedule and the alerts of a daemon at seven in the morning, in simulated time, behind a token for what changes something. */
async function duty() {
  const rig = new ScheduleRig(SCHEDULE, { start: '2026-11-21T07:00:00Z' });
  const { scheduler, soaks } = await rig.daemon();
  const watch = idleAlertWatch(rig.staging, rig.duty);
  const api = new ApiRig(rig.staging, {
    control: soaks,
    duty: rig.duty,
    schedule: scheduler,
    alerts: watch,
    access: () => ({ tokens: [accessToken('ana', 'operate', SECRET)], loopback: true, allowedHosts: [] }),
  });
  const url = await api.app.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...{ rig, watch, soaks, url },
    async stop() {
      api.stopping.abort();
      await api.app.close();
    },
  };
}

describe.skipIf(!hasChromium)('what people on duty do on the page', () => {
  let served: Awaited<ReturnType<typeof duty>>;
  let browser: Browser;
  let watched: Watched;

  const says = (selector: string, pattern: RegExp): Promise<unknown> =>
    watched.page.locator(selector).filter({ hasText: pattern }).first().waitFor();
  /** A place of the page, with the token given unless told otherwise. */
  async function opened(place: string, withToken = true): Promise<Watched> {
    watched = await watchedPage(browser.context);
    if (withToken) await watched.page.addInitScript(`sessionStorage.setItem('soakd.token', '${SECRET}')`);
    await watched.page.goto(`${served.url}/#${place}`);
    return watched;
  }
  /** Presses a button, says who it is, and agrees. */
  async function does(button: string, agree: string): Promise<void> {
    const { page } = watched;
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.locator('dialog input[name=who]').fill('bo');
    await page.locator('dialog').getByRole('button', { name: agree, exact: true }).click();
  }

  beforeAll(async () => {
    [served, browser] = await Promise.all([duty(), startBrowser({ width: 1280, height: 900 })]);
  });

  afterAll(async () => {
    await served?.stop();
    await browser?.close();
  });

  afterEach(async () => {
    const { errors, violations, page } = watched;
    await page.close();
    expect({ errors, violations }).toEqual({ errors: [], violations: [] });
  });

  it('see the entries, with when they start next, and the starts of the days to come', async () => {
    const { page } = await opened('/schedule');
    const rows = page.locator('#entries tbody tr');
    await rows.nth(1).waitFor();
    expect(await rows.locator('th').allTextContents()).toEqual(['hourly', 'nightly']);
    expect(await rows.nth(0).locator('td').allTextContents()).toEqual([
      expect.stringMatching(/Sat,? 21 Nov 08:00/),
      '0 8 * * *, UTC',
      'hour',
      'Start now…Pause…',
    ]);
    await says('section:has(h2:text("Next starts")) tbody tr', /Sun,? 22 Nov 01:00.*nightly.*quarter/);
  });

  it('are asked for the token before anything changes', async () => {
    const { page } = await opened('/schedule', false);
    await does('pause nightly', 'Pause');
    await says('dialog', /Token of the daemon/);
    expect(await served.rig.duty.note('schedule.paused')).toBeNull();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await says('#entries th', /^nightly$/);
  });

  it('pause an entry and resume it', async () => {
    await opened('/schedule');
    await does('pause nightly', 'Pause');
    await says('#toast', /Done: nightly is paused/);
    await says('#entries th', /nightly \(paused\)/);
    await says('#entries th', /^hourly$/);
    await served.rig.advanceTo('2026-11-21T07:30:00Z');
    await does('resume nightly', 'Resume');
    await says('#entries th', /^nightly$/);
  });

  it('pause everything, and then no entry by itself can be resumed', async () => {
    const { page } = await opened('/schedule');
    await does('Pause all…', 'Pause');
    await says('h1', /Schedule, paused/);
    expect(await page.locator('#entries th[scope=row]').allTextContents()).toEqual([
      'hourly (paused)',
      'nightly (paused)',
    ]);
    expect(await page.getByRole('button', { name: /^resume/ }).count()).toBe(0);
    await does('Resume all…', 'Resume');
    await says('h1', /^Schedule$/);
  });

  it('start an entry now, which leaves its row with who asked, and are told why another is refused', async () => {
    const { page } = await opened('/schedule');
    await does('start hourly now', 'Start it');
    await says('#toast', /Done: hourly is started/);
    await says('#latest tbody tr', /hourly.*started: asked for by bo \(token ana\)/);
    const [runId] = served.soaks.live();
    expect(await page.locator('#latest tbody a').first().getAttribute('href')).toBe(`#/runs/${runId}`);
    await served.rig.clock.advance(30_000);
    await does('start nightly now', 'Start it');
    await says('#toast', /Not done: .*is being soaked/);
    await says('#latest tbody tr', /nightly.*refused/);
  });

  it('silence an alert with the reason, see who did, and end the silence', async () => {
    await served.watch.raise({ name: 'DidNotStart', labels: { entry: 'weekly' }, evidence: 'k6 is missing' });
    const { page } = await opened('/alerts');
    await says('#open-alerts', /DidNotStart/);
    await page.getByRole('button', { name: 'Silence…' }).click();
    await page.locator('dialog input[name=for]').fill('90m');
    await page.locator('dialog input[name=comment]').fill('<i>k6</i> is being replaced');
    await page.locator('dialog').getByRole('button', { name: 'Silence', exact: true }).click();
    await says('#toast', /Silenced/);
    const atMs = served.rig.clock.now();
    const [silence] = await served.rig.duty.silences({ atMs });
    expect(silence).toMatchObject({
      matchers: { alertname: 'DidNotStart' },
      untilMs: atMs + 90 * 60_000,
      who: 'ana (token)',
      comment: '<i>k6</i> is being replaced',
      endedMs: null,
    });
    await says('#open-alerts .quiet', /silenced/);
    await says('.alert', /alertname=DidNotStart.*<i>k6<\/i> is being replaced.*by ana \(token\)/);
    await page.getByRole('button', { name: 'End it now' }).click();
    await says('#toast', /The silence has ended/);
    await says('.empty', /Nothing is silenced/);
    expect(await served.rig.duty.silences({ atMs })).toEqual([]);
    await page.locator('#open-alerts .quiet').waitFor({ state: 'detached' });
  });
});
