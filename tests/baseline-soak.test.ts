import { describe, expect, it } from 'vitest';
import { promoteBaseline } from '../src/compare/baselines.ts';
import { baselinesOf } from '../src/compare/baselines-of-run.ts';
import { measureStored } from '../src/compare/measure-run.ts';
import type { CriterionResult } from '../src/model/verdict.ts';
import { judgeStored } from '../src/soak/judge-here.ts';
import { memoryDutyStore } from './support/duty-store.ts';
import { MemoryStore } from './support/memory-store.ts';
import { begin, HOUR_MS, SimulatedStaging } from './support/simulated-staging.ts';

const PROFILE = `
soak_test:
  name: "nightly"
  duration: 8h
  traffic_pattern: { base_rate: 120, warmup: 30m, peak_hours: [13, 14], peak_multiplier: 2 }
  workload: { kind: requests, requests: [{ name: home, path: / }] }
  success_criteria:
    memory_leak: off
    response_time_degradation: off
    mtbf: off
    crashes: off
    error_rate_peak: off
    response_time_p95: "<= baseline + 10%"
`;

/** Runs one after the other on a target whose speed changes between them. */
class Nights {
  readonly duty = memoryDutyStore();
  readonly store = new MemoryStore();
  medianMs = 100;
  #seed = 0;

  async soak(): Promise<string> {
    const { store, duty } = this;
    const staging = new SimulatedStaging({
      store,
      startMs: Date.parse('2026-11-21T11:00:00Z') + 24 * HOUR_MS * this.#seed,
      load: {
        seed: ++this.#seed,
        latency: ({ requestsPerMinute }) => ({ medianMs: this.medianMs * (1 + requestsPerMinute / 500), shape: 8 }),
      },
      baselines: (run) => baselinesOf(run, { store, duty }, (runIds) => measureStored(store, runIds)),
    });
    const soaks = staging.daemon();
    const run = await staging.clock.runUntil(begin(soaks, PROFILE), 60_000);
    await staging.play(soaks, run.id);
    return run.id;
  }

  async promote(runId: string): Promise<void> {
    await promoteBaseline({ store: this.store, duty: this.duty }, { runId, name: 'default', who: 'ann', nowMs: 1 });
  }

  async p95(runId: string): Promise<CriterionResult | undefined> {
    return (await this.store.verdict(runId))?.criteria.find(({ id }) => id === 'response_time_p95');
  }
}

describe('a profile that asks to be no slower than before', () => {
  it('is inconclusive at first, is held against the run that was promoted, and later against the last that passed', async () => {
    const nights = new Nights();
    const first = await nights.soak();
    expect(await nights.p95(first)).toMatchObject({
      status: 'inconclusive',
      target: null,
      why: expect.stringContaining('promote'),
    });

    await nights.promote(first);
    const second = await nights.soak();
    expect(await nights.p95(second)).toMatchObject({ status: 'pass' });
    expect((await nights.store.verdict(second))?.outcome).toBe('passed');

    nights.medianMs = 140;
    const slow = await nights.soak();
    const failed = await nights.p95(slow);
    expect(failed).toMatchObject({
      status: 'fail',
      why: expect.stringContaining(`from baseline "default" (${first})`),
    });

    // What is promoted after its start changes nothing in how a run is judged.
    await nights.promote(second);
    const again = await judgeStored(nights.store, slow, null);
    expect(again.criteria.find(({ id }) => id === 'response_time_p95')).toEqual(failed);
    expect((await nights.store.run(slow))?.baselines?.[0]?.runs.map(({ runId }) => runId)).toEqual([first]);

    await nights.duty.removeBaseline('nightly', 'default');
    nights.medianMs = 100;
    const last = await nights.soak();
    expect(await nights.p95(last)).toMatchObject({
      status: 'pass',
      why: expect.stringContaining('from the median of 1 run that passed'),
    });
  }, 60_000);
});
