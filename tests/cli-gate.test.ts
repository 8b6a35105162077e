/** `soakd gate` as a pipeline uses it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { soakd } from './support/soakd.ts';

const folder = mkdtempSync(join(tmpdir(), 'soakd-gate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('soakd gate', () => {
  it('ends with 5 where there is no store to ask, and with 2 for a wrong question', async () => {
    const gate = (maxAge: string) =>
      soakd(['gate', '--profile', 'orders', '--max-age', maxAge, '--data', join(folder, 'none')]);
    const { code, said } = await gate('8d');
    expect([code, said]).toEqual([5, expect.stringContaining('there is no store')]);
    expect((await gate('soon')).code).toBe(2);
  });
});
