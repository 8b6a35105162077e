import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const rows = Array.from(
  readFileSync('docs/security.md', 'utf8').matchAll(/^\| ([^|]+) \| [^|]+ \| `([\w./-]+)`: ([^|]+) \|$/gm),
  ([, attack = '', file = '', test = '']) => ({ attack, file, test }),
);

describe('the table of attacks', () => {
  it('names for each attack a test that is there', () => {
    expect(rows.length).toBeGreaterThan(25);
    for (const { attack, file, test } of rows) {
      expect(existsSync(file), attack).toBe(true);
      // Names of tests that are made for each route end with it.
      expect(readFileSync(file, 'utf8').includes(test), `${attack}: ${file} has no test ${test}`).toBe(true);
    }
  });

  it('has every test of attacks on a real daemon', () => {
    const tests = Array.from(
      readFileSync('tests/security.test.ts', 'utf8').matchAll(/^ {2}it\('(.+?)', async/gm),
      ([, name]) => name,
    );
    expect(tests.length).toBeGreaterThan(10);
    expect(tests.filter((name) => !rows.some(({ test }) => test === name))).toEqual([]);
  });
});
