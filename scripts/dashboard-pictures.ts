/**
 * Pictures of the dashboard for the documentation, of a soak that is played: `npx node scripts/dashboard-pictures.ts`.
 * Needs Chromium.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { systemClock } from '../src/base/clock.ts';
import { openSqliteStore } from '../src/store/sqlite/open.ts';
import { serveSoak, startBrowser } from '../tests/support/dashboard-rig.ts';
import { eventfulSoak } from '../tests/support/eventful-soak.ts';

const MOST_BYTES = 300_000;
const folder = join(import.meta.dirname, '..', 'docs', 'images');

const scratch = mkdtempSync(join(tmpdir(), 'soakd-pictures-'));
const store = await openSqliteStore({ file: join(scratch, 'soakd.db'), clock: systemClock });
const served = await serveSoak(await eventfulSoak({ series: 30, store }));
try {
  await picture('dashboard-light', { width: 1440, height: 1180 });
  await picture('dashboard-dark', { width: 1440, height: 1000, colorScheme: 'dark' }, async (page) => {
    await page.locator('#series').scrollIntoViewIfNeeded();
    await page.evaluate(`document.querySelector('#series').scrollIntoView()`);
  });
  await picture('dashboard-phone', { width: 360, height: 780, phone: true, scale: 2 });
} finally {
  await served.stop();
  await store.close();
  rmSync(scratch, { recursive: true });
}
process.exit(0);

async function picture(
  name: string,
  options: Parameters<typeof startBrowser>[0],
  look: (page: Page) => Promise<void> = async () => undefined,
): Promise<void> {
  const browser = await startBrowser(options);
  try {
    const page = await browser.context.newPage();
    await page.goto(served.url);
    await page.locator('.requests tbody tr').first().waitFor();
    await look(page);
    // Charts come into sight and ask for their numbers.
    await page.waitForTimeout(3_000);
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    const { size } = statSync(path);
    console.log(`${path}: ${(size / 1e3).toFixed(0)} kB`);
    if (size > MOST_BYTES) throw new Error(`${name} is larger than ${MOST_BYTES} bytes`);
  } finally {
    await browser.close();
  }
}
