/** The whole way with nothing replaced: the demo soaks the real example shop with the real k6. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { k6ForTests } from './support/k6.ts';

const REHEARSAL = '100s';
const LIMIT_MS = 240_000;

let data: string;
beforeAll(() => {
  k6ForTests();
  data = mkdtempSync(join(tmpdir(), 'soakd-demo-'));
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

async function demo(...flags: string[]): Promise<{ code: number | null; out: string; said: string }> {
  const child = spawn(process.execPath, [resolve('scripts/run-demo.ts'), '--rehearse', REHEARSAL, ...flags], {
    env: { ...process.env, SOAKD_DATA: data, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, said };
}

describe('the demo', () => {
  it(
    'says of a leaking shop that it would fail and which series grows, and of a healthy one that it would pass',
    async () => {
      // Side by side in one store: two targets may be soaked at once.
      const [leaking, healthy] = await Promise.all([demo(), demo('--healthy')]);
      expect(leaking.out, leaking.said).toMatch(/rehearsed: would fail: shop\.\w+ grows [\d.]+ % per 24 h/);
      expect(leaking.code, leaking.said).toBe(0);
      expect(healthy.out, healthy.said).toMatch(/rehearsed: would pass/);
      expect(healthy.code, healthy.said).toBe(0);
    },
    LIMIT_MS,
  );
});
