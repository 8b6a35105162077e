/** The dashboard as people see it: the real API on a free port over a soak in simulated time, in a real Chromium. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { ApiPorts } from '../../src/api/ports.ts';
import { ApiRig } from './api-rig.ts';
import type { EventfulSoak } from './eventful-soak.ts';

export const CHROMIUM = '/usr/bin/chromium';

/** True where the browser is installed; in CI it must be. */
export const hasChromium = existsSync(CHROMIUM) || process.env.CI === 'true';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser {
  context: BrowserContext;
  close(): Promise<void>;
}

/** A browser without any past, in a folder of its own. */
export async function startBrowser(
  options: { colorScheme?: 'light' | 'dark'; width?: number; height?: number; phone?: boolean; scale?: number } = {},
): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'soakd-chromium-'));
  const { colorScheme = 'light', width = 1440, height = 1000, phone = false, scale = 1 } = options;
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    args: FLAGS,
    colorScheme,
    viewport: { width, height },
    deviceScaleFactor: scale,
    ...(phone ? { hasTouch: true, isMobile: true } : {}),
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'America/New_York',
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a page did that it should not have, and whom it asked. */
export interface Watched {
  page: Page;
  /** Errors of scripts, and of the console. */
  errors: string[];
  /** What the content security policy refused. */
  violations: string[];
  requests: string[];
}

/** A new page with an eye on it. */
export async function watchedPage(context: BrowserContext): Promise<Watched> {
  const page = await context.newPage();
  const watched: Watched = { page, errors: [], violations: [], requests: [] };
  page.on('pageerror', (thrown) => watched.errors.push(thrown.message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // An answer that is no success is a matter of the page, and shown there.
    if (!message.text().startsWith('Failed to load resource')) watched.errors.push(message.text());
  });
  page.on('request', (request) => watched.requests.push(request.url()));
  await page.exposeFunction('tellViolation', (text: string) => watched.violations.push(text));
  await page.addInitScript(`addEventListener('securitypolicyviolation', (event) => {
    tellViolation(event.violatedDirective + ' ' + event.blockedURI);
  });`);
  return watched;
}

export interface ServedSoak extends EventfulSoak {
  rig: ApiRig;
  url: string;
  /** The daemon goes away. */
  stop(): Promise<void>;
}

/** Serves a soak; on a port of its own choice when none is given. */
export async function serveSoak(soak: EventfulSoak, changes: Partial<ApiPorts> = {}, port = 0): Promise<ServedSoak> {
  const rig = new ApiRig(soak.staging, { control: soak.soaks, ...changes });
  const url = await rig.app.listen({ host: '127.0.0.1', port });
  return {
    ...soak,
    rig,
    url,
    async stop() {
      rig.stopping.abort();
      await rig.app.close();
    },
  };
}
