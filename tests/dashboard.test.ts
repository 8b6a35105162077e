import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessToken } from '../src/api/access.ts';
import type { Alert } from '../src/model/alert.ts';
import {
  type Browser,
  CHROMIUM,
  hasChromium,
  type ServedSoak,
  serveSoak,
  startBrowser,
  type Watched,
  watchedPage,
} from './support/dashboard-rig.ts';
import { memoryDutyStore } from './support/duty-store.ts';
import { type EventfulSoak, eventfulSoak, HOUR_MS, playTo, START_MS } from './support/eventful-soak.ts';

const TOKEN = 'a token of sixteen and more';
const SECRET = TOKEN.replaceAll(' ', '-');

if (!hasChromium) console.log(`skipped: there is no ${CHROMIUM}`);

describe.skipIf(!hasChromium)('the dashboard in a browser', () => {
  let soak: EventfulSoak;
  let served: ServedSoak;
  let browser: Browser;
  let watched: Watched;
  /** Where the page of this test comes from. */
  let origin: string;

  const runUrl = (): string => `${served.url}/#/runs/${soak.run.id}`;

  /** A page with everything that it shows at first. */
  async function opened(url: string): Promise<Watched> {
    watched = await watchedPage(browser.context);
    origin = new URL(url).origin;
    await watched.page.goto(url);
    return watched;
  }

  const textOf = async (selector: string): Promise<string> =>
    (await watched.page.locator(selector).first().textContent()) ?? '';

  /** Waits until the page says so. */
  const says = (selector: string, pattern: RegExp): Promise<unknown> =>
    watched.page.locator(selector).filter({ hasText: pattern }).first().waitFor();

  beforeAll(async () => {
    [soak, browser] = await Promise.all([
      eventfulSoak({ planHours: 40, playedHours: 33, series: 12 }),
      startBrowser({ width: 1280, height: 900 }),
    ]);
    served = await serveSoak(soak);
  });

  afterAll(async () => {
    await served?.stop();
    await browser?.close();
  });

  afterEach(async () => {
    const { errors, violations, requests, page } = watched;
    await page.close();
    expect({ errors, violations }).toEqual({ errors: [], violations: [] });
    // Nothing comes from elsewhere, so it works where there is no elsewhere.
    expect(requests.filter((url) => !url.startsWith(origin))).toEqual([]);
  });

  it('shows the live run: how it stands, what it asks, its charts and what happened', async () => {
    const { page } = await opened(served.url);
    await says('.headline', /so far/i);
    expect(await textOf('.if-now')).toMatch(/^If it ended now: (failed|inconclusive|passed)\./);
    expect(await textOf('.verdict')).toContain('hour 33.0 of 40');
    await says('.criteria', /Memory growth/);
    await says('.tile', /of [\d ]+ planned/);
    await page.locator('.load-charts canvas').nth(2).waitFor();
    await says('.lane-name', /deploys/);
    await says('.lane-name', /actions/);
    await says('.lane-name', /excluded/);
    await says('.requests tbody', /POST \/api\/chat/);
    await says('.events', /deployed build 4f2c1d9/);
    await says('#connection', /live/);
  });

  it('draws only what is in sight, and asks for nothing else', async () => {
    const { page, requests } = await opened(runUrl());
    await says('#series h2', /12 series/);
    await page.locator('#series figure').first().scrollIntoViewIfNeeded();
    await page.locator('#series .small canvas').first().waitFor();
    const asked = requests.filter((url) => url.includes('/samples?') && url.includes('series='));
    const ids = asked.flatMap((url) => new URL(url).searchParams.get('series')?.split(',') ?? []);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await page.locator('#series figure').count()).toBe(12);
  });

  it('says of each series what its trend is, worst first, and finds series by name and state', async () => {
    const { page } = await opened(runUrl());
    await says('#series .badge', /leak|suspect|growing|stable/);
    const states = await page.locator('#series .badge').allTextContents();
    const rank = (state: string): number =>
      ['leak', 'suspect', 'growing', 'insufficient', 'stable', 'not judged'].indexOf(state);
    expect(states.map(rank)).toEqual(states.map(rank).toSorted((a, b) => a - b));
    await page.keyboard.press('/');
    await page.keyboard.type('rss');
    await says('#series h2', /2 of 12/);
    expect(await page.locator('#series h3').allTextContents()).toEqual([
      'agent.rss_bytes',
      'agent.replica_1_rss_bytes',
    ]);
  });

  it('moves on with the run, by what the daemon tells', async () => {
    const { page } = await opened(runUrl());
    await says('#connection', /live/);
    await says('.facts', /hour 33\.0/);
    await playTo(soak.staging, START_MS + 33.5 * HOUR_MS);
    await says('.facts', /hour 33\.5/);
    await soak.staging.clock.runUntil(soak.soaks.act(soak.run.id, { kind: 'pause', who: 'ben' }), HOUR_MS);
    await playTo(soak.staging, START_MS + 33.6 * HOUR_MS);
    await says('.facts', /Paused/);
    await page.getByRole('button', { name: 'Resume…' }).click();
    await page.getByRole('button', { name: 'Resume the run' }).click();
    await says('#toast', /Done: resume/);
    await playTo(soak.staging, START_MS + 33.7 * HOUR_MS);
    await says('.facts', /Running/);
  });

  it('opens a run near the instant that a link names, and zooms back out', async () => {
    const { page } = await opened(`${runUrl()}?at=${START_MS + 26.8 * HOUR_MS}`);
    await says('.shown', /Sun,? 22 Nov 13:48 – 15:48 · 2\s?h/);
    await page.keyboard.press('Backspace');
    await says('.shown', /Sat,? 21 Nov 12:00 – Mon,? 23 Nov 04:00/);
    await page.keyboard.press('4');
    await says('.shown', /1\s?h/);
    expect(await page.locator('.segmented [aria-pressed=true]').textContent()).toBe('1 h');
  });

  it('zooms all charts when one is dragged over', async () => {
    const { page, requests } = await opened(runUrl());
    const plot = page.locator('.load-charts .u-over').first();
    await plot.waitFor();
    await says('.requests tbody', /POST/);
    const box = await plot.boundingBox();
    if (box === null) throw new Error('the chart has no place');
    const before = requests.length;
    await page.mouse.move(box.x + box.width * 0.25, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await says('.shown', /· 10\s?h/);
    await page.waitForRequest((request) => request.url().includes('/windows?')).catch(() => undefined);
    expect(requests.slice(before).some((url) => url.includes('/windows?'))).toBe(true);
    await plot.dblclick();
    await says('.shown', /1\s?d 16\s?h|40\s?h/);
  });

  it('is worked by keys alone, and tells which', async () => {
    const { page } = await opened(runUrl());
    await says('.requests tbody', /POST/);
    await page.keyboard.press('?');
    await says('dialog', /next \/ previous chart/);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.dataset.chart')).toBe('Load');
    await page.keyboard.press('ArrowLeft');
    await says('#announcer', /planned .*served/);
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.dataset.chart')).toBe('Response time');
    await page.keyboard.press('n');
    await says('dialog', /Note what happened/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await says('h1', /Runs/);
  });

  it('does not pause a soak because somebody touched a key: it asks first', async () => {
    const { page, requests } = await opened(runUrl());
    await says('.requests tbody', /POST/);
    await page.keyboard.press('p');
    await says('dialog h2', /Pause the run\?/);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    expect(requests.filter((url) => url.endsWith('/actions'))).toEqual([]);
  });

  it('carries a chart on that was out of sight from where it ends: there are no gaps that never were', async () => {
    const { page, requests } = await opened(runUrl());
    const asked = () =>
      requests
        .map((url) => new URL(url).searchParams)
        .flatMap((query) => {
          const ids = query.get('series')?.split(',') ?? [];
          return ids.map((id) => ({ id, fromMs: Number(query.get('from')), untilMs: Number(query.get('to')) }));
        });
    const isAsked = (are: (ids: string[], untilMs: number) => boolean): Promise<unknown> =>
      page.waitForRequest((request) => {
        const { searchParams } = new URL(request.url());
        return are(searchParams.get('series')?.split(',') ?? [], Number(searchParams.get('to')));
      });
    const play = (minutes: number): Promise<void> =>
      playTo(soak.staging, soak.staging.clock.now() + (minutes * HOUR_MS) / 60);
    await says('#connection', /live/);
    await page.locator('#series figure').first().scrollIntoViewIfNeeded();
    await page.locator('#series .small canvas').nth(3).waitFor();
    const before = new Set(asked().map(({ id }) => id));
    // It is carried on alone for a while: the others must not begin where it ends.
    const [first = ''] = before;
    await page.locator('#series input[type=search]').fill(first);
    await says('#series h2', /1 of 12/);
    // Each entry is ten minutes, and two are always asked for once more.
    const hour = Math.ceil((soak.staging.clock.now() - START_MS) / (HOUR_MS / 10)) / 10 + 0.8;
    const carriedOn = isAsked(
      (ids, untilMs) => ids.length === 1 && ids[0] === first && untilMs > START_MS + (hour - 0.2) * HOUR_MS,
    );
    await playTo(soak.staging, START_MS + hour * HOUR_MS);
    await says('.facts', new RegExp(`hour ${hour.toFixed(1).replace('.', '\\.')}`));
    await play(2);
    await carriedOn;
    const backInSight = isAsked((ids) => ids.length > 1 && ids.includes(first));
    await page.locator('#series input[type=search]').fill('');
    await says('#series h2', /12 series/);
    await play(5);
    await backInSight;
    for (const id of before) {
      const stretches = asked().filter((one) => one.id === id);
      const gaps = stretches.filter(({ fromMs }, at) => fromMs > (stretches[at - 1]?.untilMs ?? fromMs));
      expect([id, gaps]).toEqual([id, []]);
    }
    expect(before.size).toBeGreaterThan(1);
  });

  it('writes a note when it is told to, which stands in the store and on the page', async () => {
    const { page } = await opened(runUrl());
    await says('.requests tbody', /POST/);
    await page.getByRole('button', { name: 'Note…' }).click();
    await page.locator('dialog textarea').fill('<b>cache</b> flushed by hand');
    await page.getByRole('button', { name: 'Add the note' }).click();
    await says('.events', /<b>cache<\/b> flushed by hand/);
    const actions = await soak.staging.store.actions(soak.run.id);
    expect(actions.at(-1)).toMatchObject({ kind: 'annotate', text: '<b>cache</b> flushed by hand' });
    expect(await page.locator('.events b').count()).toBe(0);
  });

  it('says what was refused, and why', async () => {
    const { page } = await opened(runUrl());
    await says('.requests tbody', /POST/);
    await page.getByRole('button', { name: 'Rate…' }).click();
    await page.locator('dialog input[name=for]').fill('soon');
    await page.getByRole('button', { name: 'Change the rate' }).click();
    // The browser itself refuses what is no duration.
    expect(await page.locator('dialog input[name=for]:invalid').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.evaluate(
      `fetch('/v1/runs/${soak.run.id}/actions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"kind":"pause"}' })`,
    );
    await soak.staging.clock.advance(1_000);
    await page.getByRole('button', { name: 'Pause…' }).click();
    await page.getByRole('button', { name: 'Pause the run' }).click();
    await says('#toast', /Not done: the run is paused already/);
    await soak.staging.clock.runUntil(soak.soaks.act(soak.run.id, { kind: 'resume', who: 'ana' }), HOUR_MS);
  });

  it('asks for the token where one is needed, and keeps it in this tab only', async () => {
    const guarded = await serveSoak(soak, {
      access: () => ({ tokens: [accessToken('ana', 'operate', SECRET)], loopback: false, allowedHosts: [] }),
    });
    try {
      const { page } = await opened(guarded.url);
      await says('.trouble', /wants its token/);
      await says('#token', /Token needed/);
      await page.getByRole('button', { name: 'Enter the token' }).click();
      await page.locator('dialog input').fill('a-wrong-token-of-some-length');
      await page.getByRole('button', { name: 'Use it' }).click();
      await says('.trouble', /the token is wrong/);
      await page.getByRole('button', { name: 'Enter the token' }).click();
      await page.locator('dialog input').fill(SECRET);
      await page.getByRole('button', { name: 'Use it' }).click();
      await says('.headline', /so far/i);
      await says('#connection', /live/);
      expect(page.url()).not.toContain(SECRET);
      expect(
        await page.evaluate('JSON.stringify(localStorage) + document.cookie + document.body.innerHTML'),
      ).not.toContain(SECRET);
      expect(watched.requests.some((url) => url.includes(SECRET))).toBe(false);
      expect(await page.evaluate(`sessionStorage.getItem('soakd.token')`)).toBe(SECRET);
    } finally {
      await guarded.stop();
    }
  });

  it('asks for the token when an action needs it, and then does the action', async () => {
    const guarded = await serveSoak(soak, {
      access: () => ({ tokens: [accessToken(null, 'operate', SECRET)], loopback: true, allowedHosts: [] }),
    });
    try {
      const { page } = await opened(guarded.url);
      await says('.headline', /so far/i);
      await page.evaluate('sessionStorage.clear()');
      await page.getByRole('button', { name: 'Note…' }).click();
      await page.locator('dialog textarea').fill('written with a token');
      await page.getByRole('button', { name: 'Add the note' }).click();
      await page.locator('dialog input[type=password]').fill(SECRET);
      await page.getByRole('button', { name: 'Use it' }).click();
      await says('.events', /written with a token/);
    } finally {
      await guarded.stop();
    }
  });

  it('says that soakd is away, and goes on when it is back', async () => {
    const first = await serveSoak(soak);
    const port = Number(new URL(first.url).port);
    await opened(first.url);
    await says('#connection', /^live/);
    await first.stop();
    await says('#connection', /does not answer/);
    const second = await serveSoak(soak, {}, port);
    try {
      await says('#connection', /^live/);
      await says('.headline', /so far/i);
    } finally {
      await second.stop();
    }
  });

  it('shows alerts, in the run and on their own page, and acknowledges them', async () => {
    const duty = memoryDutyStore();
    await duty.commitAlerts({ alerts: [alertOf(soak.run.id)], transitions: [], notifications: [] });
    const told = await serveSoak(soak, {
      duty,
      alerts: {
        acknowledge: async (id, { who, text }) => {
          const alert = await duty.alert(id);
          if (alert === null) throw new Error('no alert');
          const changed = { ...alert, acknowledged: { atMs: soak.staging.clock.now(), who, text } };
          await duty.commitAlerts({ alerts: [changed], transitions: [], notifications: [] });
          return changed;
        },
        silence: () => Promise.reject(new Error('not here')),
        endSilence: () => Promise.reject(new Error('not here')),
      },
    });
    try {
      const { page } = await opened(told.url);
      await says('#alerts', /HighErrorRate/);
      await says('#firing', /1/);
      await says('.lane-name', /alerts/);
      await page.keyboard.press('g');
      await page.keyboard.press('a');
      await says('#open-alerts', /3\.1 % \(14 of 452 requests in 5 min\)/);
      await page.getByRole('button', { name: 'Acknowledge…' }).click();
      await page.locator('dialog input[name=who]').fill('ana');
      await page.locator('dialog').getByRole('button', { name: 'Acknowledge' }).click();
      await says('#open-alerts', /acknowledged by ana/);
      await page.getByRole('link', { name: 'Show in charts' }).click();
      await says('.shown', /· 2\s?h/);
    } finally {
      await told.stop();
    }
  });

  it('lists runs and says when there is nothing', async () => {
    const { page } = await opened(`${served.url}/#/runs`);
    await says('.runs tbody', /agent platform, weekly/);
    await page.goto(`${served.url}/#/runs/no-such-run`);
    await says('.trouble', /There is nothing here/);
    await page.goto(`${served.url}/#/schedule`);
    await says('h1, h2', /Schedule/);
    await page.goto(`${served.url}/#/nowhere`);
    await says('.trouble', /There is nothing here/);
  });

  it('shows times in the zone of the profile, of the browser, or in UTC', async () => {
    const { page } = await opened(runUrl());
    await says('.shown', /Sat,? 21 Nov 12:00/);
    await page.locator('#zone').selectOption('utc');
    await says('.shown', /Sat,? 21 Nov 11:00/);
    await page.locator('#zone').selectOption('browser');
    await says('.shown', /Sat,? 21 Nov 06:00/);
    await page.locator('#zone').selectOption('profile');
  });

  it('is dark where that is wished for', async () => {
    const { page } = await opened(runUrl());
    await says('.headline', /so far/i);
    const background = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(background).not.toBe(light);
    const dark = await background();
    // The switch beats the system.
    await page.keyboard.press('t');
    expect(await background()).toBe(light);
    await page.keyboard.press('t');
    expect(await background()).toBe(dark);
    await page.keyboard.press('t');
  });

  it('runs nothing that is not its own: the policy of the page bites, and this test would see it', async () => {
    const { page, violations, errors } = await opened(runUrl());
    await says('.headline', /so far/i);
    await page.evaluate(`{
      const script = document.createElement('script');
      script.text = 'globalThis.hurt = 1';
      const image = new Image();
      image.src = 'http://127.0.0.1:9/pixel.png';
      document.body.append(image);
      try { document.body.append(script); } catch {}
    }`);
    await expect.poll(() => violations.join(), { timeout: 10_000 }).toMatch(/img-src/);
    await expect.poll(() => violations.join()).toMatch(/script-src|trusted-types/);
    expect(await page.evaluate('globalThis.hurt')).toBeUndefined();
    violations.length = 0;
    errors.length = 0;
    watched.requests.length = 0;
  });

  it('fits a phone of 360 pixels without scrolling sideways', async () => {
    const { page } = await opened(runUrl());
    await page.setViewportSize({ width: 360, height: 740 });
    await says('.requests tbody', /POST/);
    await page.locator('#series figure').first().scrollIntoViewIfNeeded();
    await page.locator('#series .small canvas').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.goto(`${served.url}/#/runs`);
    await says('.runs tbody', /agent platform/);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });
});

describe.skipIf(!hasChromium)('names that a target gives itself', () => {
  const evil = '<img src=x onerror="globalThis.hurt=1"><script>globalThis.hurt=1</script>';

  it('are text on the page and nothing else', async () => {
    const [soak, browser] = await Promise.all([
      eventfulSoak({
        planHours: 3,
        playedHours: 2,
        name: `soak ${evil}`,
        request: evil,
        scripted: { [`rss ${evil}`]: { unit: 'bytes', leakCandidate: true, memory: true, at: () => 5e8 } },
      }),
      startBrowser(),
    ]);
    const served = await serveSoak(soak);
    try {
      await soak.staging.clock.runUntil(
        soak.soaks.act(soak.run.id, { kind: 'annotate', text: evil, who: evil }),
        HOUR_MS,
      );
      const { page, errors, violations } = await watchedPage(browser.context);
      await page.goto(served.url);
      for (const place of ['.which h1', '#series h3', '.requests tbody', '.events']) {
        await page.locator(place).filter({ hasText: evil }).first().waitFor();
      }
      await page.goto(`${served.url}/#/runs`);
      await page.locator('.runs').filter({ hasText: evil }).waitFor();
      expect(await page.evaluate('globalThis.hurt')).toBeUndefined();
      expect(await page.locator('main img, main script').count()).toBe(0);
      expect({ errors, violations }).toEqual({ errors: [], violations: [] });
    } finally {
      await served.stop();
      await browser.close();
    }
  });
});

describe.skipIf(!hasChromium)('a run that is over', () => {
  it('shows its verdict, can be compared with another, and an empty daemon says what to do', async () => {
    const [soak, browser] = await Promise.all([
      eventfulSoak({ planHours: 2, playedHours: 2.5, series: 2 }),
      startBrowser(),
    ]);
    const served = await serveSoak(soak);
    const empty = await serveSoak({ ...soak, ...(await nothingYet()) });
    try {
      const { page, errors, violations } = await watchedPage(browser.context);
      await page.goto(`${served.url}/#/runs/${soak.run.id}`);
      const headline = (await soak.staging.verdict(soak.run.id)).headline;
      await page
        .locator('.headline')
        .filter({ hasText: new RegExp(headline.slice(1, 20), 'i') })
        .waitFor();
      expect(await page.locator('.actions').count()).toBe(0);
      await page.locator('.criteria tbody').first().waitFor();
      await page.goto(`${served.url}/#/compare/${soak.run.id}/${soak.run.id}`);
      await page.locator('h1', { hasText: 'Comparison' }).waitFor();
      await page.locator('#judged h2', { hasText: /0 × worse, 0 × better/ }).waitFor();
      await page.goto(empty.url);
      await page.locator('.empty', { hasText: 'Nothing was soaked yet' }).waitFor();
      expect({ errors, violations }).toEqual({ errors: [], violations: [] });
    } finally {
      await served.stop();
      await empty.stop();
      await browser.close();
    }
  });
});

/** A staging system on which nothing ran. */
async function nothingYet(): Promise<Pick<EventfulSoak, 'staging' | 'soaks'>> {
  const { SimulatedStaging } = await import('./support/simulated-staging.ts');
  const staging = new SimulatedStaging();
  return { staging, soaks: staging.daemon() };
}

const alertOf = (runId: string): Alert => ({
  id: '20261122T140000Z-0001',
  key: `HighErrorRate ${runId}`,
  runId,
  rule: {
    name: 'HighErrorRate',
    origin: 'config',
    condition: {
      ...{ metric: 'error_rate', comparison: '>', threshold: 2, unit: 'percent', forMs: 300_000 },
      ...{ overMs: null, clearThreshold: null, minCount: null, text: 'error_rate > 2% for 5m' },
    },
    severity: 'critical',
    action: 'page',
    labels: {},
    summary: null,
    runbookUrl: 'https://runbooks.example/errors',
    inhibits: [],
  },
  labels: { alertname: 'HighErrorRate', severity: 'critical', run: runId },
  state: 'firing',
  pendingMs: START_MS + 26.6 * HOUR_MS,
  firingMs: START_MS + 26.7 * HOUR_MS,
  resolvedMs: null,
  evaluatedMs: START_MS + 33 * HOUR_MS,
  value: 3.1,
  worst: 9,
  evidence: '3.1 % (14 of 452 requests in 5 min)',
  inhibitedBy: null,
  silencedBy: null,
  acknowledged: null,
  toldCount: 1,
  toldMs: START_MS + 26.7 * HOUR_MS,
  facts: { hourOfRun: 26.7, plannedPerMinute: 300, servedPerMinute: 288, nearby: [] },
});
