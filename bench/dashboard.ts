/**
 * How soon the dashboard shows a run of 72 h with 50 series, and how much goes over the wire for it: the real API over the
 * real store, a real Chromium without any past, at its own pace (no cache, no throttling). Browser, API and store share the
 * two cores. Run: `npx node bench/dashboard.ts`
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { systemClock } from '../src/base/clock.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { type ServedSoak, serveSoak, startBrowser } from '../tests/support/dashboard-rig.ts';
import { eventfulSoak } from '../tests/support/eventful-soak.ts';

const RUNS = 5;
const PAINT_MS = 1_000;
const WIRE_BYTES = 2_000_000;

interface Visit {
  firstPaintMs: number;
  verdictMs: number;
  chartsMs: number;
  /** Everything in sight is there. */
  settledMs: number;
  bytes: number;
  bytesScrolled: number;
  scrollFrames: number[];
  zoomMs: number;
  zoomFrames: number[];
}

const entries = `Object.fromEntries(performance.getEntries()
  .filter(({ entryType }) => entryType === 'paint' || entryType === 'mark').map(({ name, startTime }) => [name, startTime]))`;

/** Milliseconds between frames while `work`, a script, runs to its end. */
async function framesDuring(page: Page, work: string): Promise<number[]> {
  return page.evaluate(`new Promise((resolve) => {
    const frames = []; let last = performance.now(); let done = false;
    const tick = (now) => { frames.push(now - last); last = now; if (done) resolve(frames); else requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
    (async () => { ${work} })().then(() => { done = true; });
  })`);
}

/** All charts in sight are drawn with numbers, and nothing is asked any more. */
const settled = (page: Page): Promise<unknown> => page.waitForLoadState('networkidle').catch(() => undefined);

/** The policy of the page lets nobody evaluate in it, so the question is asked from outside again and again. */
async function until(page: Page, question: string): Promise<void> {
  while ((await page.evaluate(question)) !== true) await page.waitForTimeout(20);
}

async function visit({ url }: Pick<ServedSoak, 'url'>): Promise<Visit> {
  const browser = await startBrowser({ width: 1440, height: 900 });
  try {
    const page = await browser.context.newPage();
    const session = await browser.context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    let bytes = 0;
    let lastMs = 0;
    let beganMs = 0;
    session.on('Network.requestWillBeSent', ({ timestamp }) => {
      beganMs ||= timestamp * 1_000;
    });
    session.on('Network.responseReceived', ({ response }) => {
      bytes += response.encodedDataLength;
    });
    session.on('Network.dataReceived', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    session.on('Network.loadingFinished', ({ timestamp }) => {
      lastMs = timestamp * 1_000 - beganMs;
    });
    await page.goto(url);
    await until(page, `performance.getEntriesByName('soakd:charts').length > 0`);
    await page.locator('.requests tbody tr').first().waitFor();
    await until(page, `performance.now() > 2500`);
    const first = { bytes, settledMs: lastMs };
    const marks: Record<string, number> = await page.evaluate(entries);
    const scrollFrames = await framesDuring(
      page,
      `const end = document.documentElement.scrollHeight;
       for (let y = 0; y < end; y += 60) { scrollTo(0, y); await new Promise(requestAnimationFrame); }`,
    );
    await settled(page);
    await page.evaluate('scrollTo(0, 0)');
    const bytesScrolled = bytes;
    const beforeZoom = Date.now();
    const answered = page.waitForResponse((response) => response.url().includes('/windows?'));
    const zoomFrames = await framesDuring(
      page,
      `for (const key of ['2', '3', '+', '[', '[', ']', '-', 'Backspace', '1']) {
         document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
         await new Promise((done) => setTimeout(done, 60));
       }`,
    );
    await answered;
    const zoomMs = Date.now() - beforeZoom;
    return {
      firstPaintMs: marks['first-contentful-paint'] ?? Number.NaN,
      verdictMs: marks['soakd:verdict'] ?? Number.NaN,
      chartsMs: marks['soakd:charts'] ?? Number.NaN,
      ...first,
      ...{ bytesScrolled, scrollFrames, zoomFrames, zoomMs },
    };
  } finally {
    await browser.close();
  }
}

const median = (values: number[]): number => quantile(values, 0.5);
function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'soakd-bench-'));
const store = await openSqliteStore({ file: join(folder, 'soakd.db'), clock: systemClock });
const soak = await eventfulSoak({ store, series: 50, planHours: 72, playedHours: 71.5 });
const windows = (await store.windows(soak.run.id)).length;
const served = await serveSoak(soak);
try {
  const visits: Visit[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const one = await visit(served);
    // The first visit also pays for what the API compresses once.
    if (run > 0) visits.push(one);
    const { firstPaintMs, verdictMs, chartsMs, settledMs, bytes } = one;
    const times = [firstPaintMs, verdictMs, chartsMs, settledMs].map((ms) => `${ms.toFixed(0)} ms`).join(', ');
    console.log(
      `${run === 0 ? 'first visit' : `visit ${run}`}: paint, verdict, charts, all: ${times}; ${(bytes / 1e3).toFixed(0)} kB`,
    );
  }
  const of = (pick: (visit: Visit) => number): number => median(visits.map(pick));
  const frames = (pick: (visit: Visit) => number[]): string => {
    const all = visits.flatMap(pick);
    return `median ${median(all).toFixed(1)}, p95 ${quantile(all, 0.95).toFixed(1)}, longest ${Math.max(...all).toFixed(0)} ms`;
  };
  console.log(`${windows} windows, 50 series, ${RUNS} visits, medians:`);
  // The first paint is the frame of the page only: what people come for is the verdict and the charts.
  const held = (ms: number): string =>
    `${ms.toFixed(0)} ms (must be <= ${PAINT_MS}: ${ms <= PAINT_MS ? 'reached' : 'NOT reached'})`;
  const loads = loadavg().map((one) => one.toFixed(1));
  console.log(`load average           ${loads.join(', ')} over 1, 5 and 15 minutes, this bench included`);
  console.log(`first contentful paint ${held(of(({ firstPaintMs }) => firstPaintMs))}`);
  console.log(`verdict line           ${held(of(({ verdictMs }) => verdictMs))}`);
  console.log(`load, times, failures  ${held(of(({ chartsMs }) => chartsMs))}`);
  console.log(`everything in sight    ${of(({ settledMs }) => settledMs).toFixed(0)} ms`);
  console.log(
    `over the wire          ${(of(({ bytes }) => bytes) / 1e3).toFixed(0)} kB (must be <= ${WIRE_BYTES / 1e3})`,
  );
  console.log(
    `scrolled to the end    ${(of(({ bytesScrolled }) => bytesScrolled) / 1e3).toFixed(0)} kB, with all 50 series`,
  );
  console.log(`frames while scrolling ${frames(({ scrollFrames }) => scrollFrames)}`);
  console.log(`frames while zooming   ${frames(({ zoomFrames }) => zoomFrames)}`);
} finally {
  await served.stop();
  await store.close();
  rmSync(folder, { recursive: true });
}
process.exit(0);
