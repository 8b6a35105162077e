import { describe, expect, it } from 'vitest';
import { rulesOf, startWatch } from '../../tests/support/alert-rig.ts';
import { memoryDutyStore } from '../../tests/support/duty-store.ts';
import { begin, SimulatedStaging } from '../../tests/support/simulated-staging.ts';

describe('a run whose samples tell less than a rule asks', () => {
  it('has a line in the log that says what holds instead', async () => {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const warnings: object[] = [];
    const quiet = (): void => undefined;
    const { stop } = startWatch(staging, soaks, memoryDutyStore(), {
      rules: () => rulesOf('alerts: [{ name: Hot, condition: "cpu > 90% for 30s", severity: warning }]'),
      log: { info: quiet, error: quiet, warn: (fields) => warnings.push(fields) },
    });
    const run = await begin(
      soaks,
      `soak_test:
  name: watched
  duration: 1h
  traffic_pattern: { base_rate: 60 }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
  monitoring: { interval: 60s }
`,
    );
    await staging.clock.advance(60_000);
    const condition = 'cpu > 90% for 30s (held for 1 min: samples come no sooner)';
    expect(warnings).toEqual([{ run: run.id, rule: 'Hot', condition }]);
    await stop();
  });
});
