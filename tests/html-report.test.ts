import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../src/report/html/html.ts';
import { judge } from '../src/verdict/judge.ts';
import { HOUR_MS, MEMORY, runRows, START_MS } from './support/run-rows.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const absent = !existsSync(CHROMIUM) && process.env.CI !== 'true';
if (absent) console.log(`skipped: the report in a browser needs ${CHROMIUM}, or CHROMIUM`);

describe.skipIf(absent)('the report in a real browser', () => {
  let browser: Browser;
  let folder: string;
  let address: string;
  /** What the browser complains of, and whatever it asks beside the file itself. */
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'soakd-html-'));
    const rows = runRows({
      hours: 24,
      warmupMs: HOUR_MS,
      series: { 'agent.rss_bytes': { ...MEMORY, level: (hour) => 200e6 * (1 + (0.3 * hour) / 24) } },
      gaps: [{ fromMs: START_MS + 15 * HOUR_MS, untilMs: START_MS + 16 * HOUR_MS, kind: 'absent' }],
    });
    const file = join(folder, 'report.html');
    await writeFile(file, renderHtml(rows, judge(rows)));
    address = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  const open = async (options: Parameters<Browser['newPage']>[0]): Promise<Page> => {
    const page = await browser.newPage(options);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== address) complaints.push(request.url());
    });
    await page.goto(address);
    return page;
  };
  const backgroundOf = (page: Page): Promise<string> =>
    page.evaluate<string>('getComputedStyle(document.body).backgroundColor');

  it('is drawn under its own policy without a complaint, and asks nobody', async () => {
    const page = await open({ viewport: { width: 1200, height: 900 } });
    const drawn = await page.evaluate<{ height: number; lines: string[] }[]>(
      `[...document.querySelectorAll('svg[role=img]')].map((svg) => ({
        height: svg.getBoundingClientRect().height,
        lines: [...svg.querySelectorAll('path.line')].map((line) => getComputedStyle(line).stroke),
      }))`,
    );
    expect(drawn).toHaveLength(5);
    for (const { height } of drawn) expect(height).toBeGreaterThan(30);
    // The style sheet holds: without it a line has no colour.
    expect(drawn.flatMap(({ lines }) => lines)).not.toContain('none');
    expect(
      await page
        .locator('use')
        .first()
        .evaluate((use) => use.getBoundingClientRect().width),
    ).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is dark where the reader wants it dark', async () => {
    const light = await open({ colorScheme: 'light' });
    const dark = await open({ colorScheme: 'dark' });
    expect(await backgroundOf(light)).toBe('rgb(255, 255, 255)');
    expect(await backgroundOf(dark)).toBe('rgb(18, 22, 28)');
    await light.close();
    await dark.close();
  });

  it('fits a telephone: the page itself never scrolls sideways', async () => {
    const page = await open({ viewport: { width: 390, height: 800 } });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await page.close();
  });

  it('prints', async () => {
    const page = await open({});
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(20_000);
    await page.close();
  });
});
