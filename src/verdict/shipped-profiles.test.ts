import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { profileOf } from '../../tests/support/profile.ts';
import { HOUR_MS, MEMORY, runRows } from '../../tests/support/run-rows.ts';
import { judge } from './judge.ts';

const folder = new URL('../../loadprofiles/', import.meta.url);

describe('a healthy target', () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('passes %s', (name) => {
    const profile = profileOf(readFileSync(new URL(name, folder), 'utf8'));
    const hours = profile.durationMs / HOUR_MS;
    const series = { 'agent.rss_bytes': MEMORY };
    const verdicts = [1, 2].map((seed) => judge(runRows({ hours, profile, series, seed })));
    expect(verdicts.map(({ outcome }) => outcome)).toContain('passed');
    // Noise may widen the interval of the P95 across its limit, and nothing else may be left open.
    for (const reason of verdicts.flatMap(({ reasons }) => reasons))
      expect(reason).toMatch(/^Response time degradation: the P95 changed by .*, but the 95 % interval is/);
  });

  it('is inconclusive for the seed, which asks for memory, when no sampler reads memory', () => {
    const profile = profileOf(readFileSync(new URL('soak-72h.yaml', folder), 'utf8'));
    expect(judge(runRows({ hours: 72, profile, series: {} }))).toMatchObject({
      outcome: 'inconclusive',
      headline: expect.stringContaining("no sampler reads the target's memory"),
    });
  });
});
