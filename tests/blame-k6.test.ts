/**
 * Who is to blame, with the real k6: a target that hangs must fail although no request of it was answered with an
 * error; a generator that stands still must not make its target fail.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../src/base/errors.ts';
import { processArguments, processIds, signalGroup } from '../src/base/proc.ts';
import type { Verdict } from '../src/model/verdict.ts';
import { startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { Soakd } from './support/soakd.ts';

/** Twenty requests a second; all users hang after three seconds without an answer, and no time-out comes before the end. */
const PROFILE = `
soak_test:
  name: "who is to blame"
  duration: 24h
  traffic_pattern: { base_rate: 1200, night_multiplier: 1, warmup: 1h }
  user_simulation: { max_users: 60 }
  workload:
    kind: requests
    timeout: 45s
    requests:
      - { name: home, path: / }
  success_criteria: { memory_leak: off, response_time_degradation: off, mtbf: off }
`;
/** Long enough for a verdict, and for a quarter of it to be lost. */
const REHEARSE = ['--rehearse', '100s'];
const LIMIT_MS = 240_000;

describe.concurrent('a soak with the real k6', () => {
  let folder: string;
  let profile: string;
  beforeAll(() => {
    k6ForTests();
    folder = mkdtempSync(join(tmpdir(), 'soakd-blame-'));
    profile = join(folder, 'blame.yaml');
    writeFileSync(profile, PROFILE);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const verdictOf = (out: string): Verdict => JSON.parse(out).verdict;
  const statusOf = (verdict: Verdict, id: string): string | undefined =>
    verdict.criteria.find((criterion) => criterion.id === id)?.status;

  it(
    'fails a target that hangs, though no request failed before the end',
    async () => {
      const target = await startHttpTarget(() => 0);
      try {
        const args = ['run', profile, '--target', target.url, ...REHEARSE, '--data', join(folder, 'hung'), '--json'];
        const program = new Soakd(args);
        await program.until('said', /^running: /m);
        await target.came(200);
        target.hang();
        const { code, out, said } = await program.ended;
        const verdict = verdictOf(out);
        expect(verdict.outcome, said).toBe('failed');
        expect(code).toBe(EXIT.failed);
        expect(statusOf(verdict, 'availability')).toBe('fail');
        expect(verdict.iterations.starved).toBeGreaterThan(100);
        expect(verdict.iterations.late).toBeLessThan(verdict.iterations.starved);
      } finally {
        await target.close();
      }
    },
    LIMIT_MS,
  );

  it(
    'does not fail a target because the generator stood still',
    async () => {
      const target = await startHttpTarget(() => 0);
      try {
        const data = join(folder, 'stalled');
        const program = new Soakd(['run', profile, '--target', target.url, ...REHEARSE, '--data', data, '--json']);
        await program.until('said', /^running: /m);
        await target.came(50);
        const k6 = processIds().find((pid) => processArguments(pid).some((part) => part.includes(`${data}/runs/`)));
        expect(k6).toBeDefined();
        signalGroup(k6 ?? 0, 'SIGSTOP');
        // soakd's own progress lines, 15 s apart, say that time has passed.
        await program.until('said', /^running: [\s\S]*?(?: left · [^\n]*\n[\s\S]*?){3}/m);
        signalGroup(k6 ?? 0, 'SIGCONT');
        const { code, out, said } = await program.ended;
        const verdict = verdictOf(out);
        expect(verdict.outcome, said).toBe('inconclusive');
        expect(code).toBe(EXIT.inconclusive);
        expect(verdict.criteria.filter(({ status }) => status === 'fail')).toEqual([]);
        expect(verdict.iterations.starved).toBe(0);
        expect(verdict.time.notOfferedMs).toBeGreaterThan(10_000);
        expect(verdict.headline).toContain('the load generator stalled');
      } finally {
        await target.close();
      }
    },
    LIMIT_MS,
  );
});
