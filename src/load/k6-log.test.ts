import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cutLog, lastLogLines } from './k6-log.ts';

let folder: string;
let log: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-log-'));
  log = join(folder, 'k6-p1.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("k6's log", () => {
  it('shows level and message of the last lines', async () => {
    writeFileSync(
      log,
      'time="2026-11-21T12:00:00Z" level=warning msg="Request Failed" error="dial: connection refused"\n' +
        'time="2026-11-21T12:00:01Z" level=error msg="Error: no \\"price\\"\\n\\tat shop (file:///a.js:3:9)" hint="script exception"\n' +
        'panic: runtime error\n',
    );
    expect(await lastLogLines(log, 2)).toBe(
      'error: Error: no "price"  at shop (file:///a.js:3:9)\npanic: runtime error',
    );
  });

  it('is empty when k6 never wrote one', async () => {
    expect(await lastLogLines(log)).toBe('');
  });

  it('is cut when it grows, keeps its last lines beside, and k6 goes on appending', async () => {
    writeFileSync(log, 'a line of k6\n'.repeat(20_000));
    expect(await cutLog(log, 100_000)).toBe(true);
    appendFileSync(log, 'the next line\n');
    expect(readFileSync(log, 'utf8')).toBe('the next line\n');
    const kept = readFileSync(`${log}.old`, 'utf8');
    expect(kept.length).toBeGreaterThan(60_000);
    expect(kept.startsWith('a line of k6\n')).toBe(true);
  });

  it('is left alone while it is small, or not there', async () => {
    expect(await cutLog(log)).toBe(false);
    writeFileSync(log, 'short\n');
    expect(await cutLog(log)).toBe(false);
    expect(statSync(log).size).toBe(6);
  });
});
