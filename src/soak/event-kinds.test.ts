import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const documented = new Set(
  [
    ...readFileSync(join(root, 'docs/formats.md'), 'utf8').matchAll(
      /^\| `([a-z0-9_]+)` \| (?:info|warning|error) \|/gm,
    ),
  ].map(([, kind]) => kind),
);

/** How the code tells an event: a literal or a constant with its severity, or a short call with both. */
const TOLD =
  /kind: '([a-z0-9_]+)',\s*severity:|kind: ([A-Z0-9_]+),\s*(?:atMs|severity):|(?:#tell|\bat)\(\s*'([a-z0-9_]+)',\s*'(?:info|warning|error)'/g;

function kindsToldBy(folder: string): string[] {
  return (
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      // Messages to people have kinds of their own.
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('notify/'))
      .flatMap((file) => [...readFileSync(join(root, folder, file), 'utf8').matchAll(TOLD)])
      .map(([, literal, constant, called]) => literal ?? constant?.toLowerCase() ?? called ?? '')
  );
}

describe('the kinds of events', () => {
  it('are all described in docs/formats.md, and nothing else is', () => {
    const told = new Set(kindsToldBy('src'));
    expect(told.size).toBeGreaterThan(15);
    expect([...told].sort()).toEqual([...documented].sort());
  });
});
