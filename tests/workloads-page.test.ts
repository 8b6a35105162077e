import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { profileOf } from './support/profile.ts';

const page = readFileSync('docs/workloads.md', 'utf8');
const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(
  ([, yaml]) => parse(yaml ?? '') as Record<string, unknown>,
);
const seed = parse(readFileSync('loadprofiles/soak-72h.yaml', 'utf8')) as { soak_test: Record<string, unknown> };

describe('the page about workloads', () => {
  it('shows one example of each kind', () => {
    expect(examples.map(({ workload }) => (workload as { kind: string }).kind)).toEqual(['chat', 'requests', 'script']);
  });

  it.each(['chat', 'requests', 'script'])('has an example of %s that a profile takes as it is', (kind) => {
    const example = examples.find(({ workload }) => (workload as { kind: string }).kind === kind);
    // The file of the example does not exist; one that does stands in for it.
    const text = stringify({ soak_test: { ...seed.soak_test, ...example } }).replace(
      'shop.js',
      '../tests/fixtures/own-script.js',
    );
    expect(profileOf(text).workload.kind).toBe(kind);
  });
});
