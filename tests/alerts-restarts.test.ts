/** A soakd that is killed at any moment: the alerts are the same as of one that was there all along, and nothing is told twice. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Soaks } from '../src/soak/soaks.ts';
import type { DutyStore } from '../src/store/duty-store.ts';
import { startWatch } from './support/alert-rig.ts';
import { memoryDutyStore } from './support/duty-store.ts';
import { Mortal } from './support/mortal.ts';
import { begin, HOUR_MS, SimulatedStaging, START_MS } from './support/simulated-staging.ts';

const profile = `soak_test:
  name: watched
  duration: 3h
  traffic_pattern: { base_rate: 60, warmup: 10m }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
  monitoring: { interval: 60s, samplers: [{ kind: scripted, name: agent }] }
`;

const within = (atMs: number, fromHour: number, untilHour: number): boolean =>
  atMs >= START_MS + fromHour * HOUR_MS && atMs < START_MS + untilHour * HOUR_MS;

const staged = (): SimulatedStaging =>
  new SimulatedStaging({
    settings: { pollMs: 10_000 },
    load: {
      failures: (atMs) => (within(atMs, 0.5, 0.8) ? { http_error: 0.2 } : within(atMs, 1.2, 1.4) ? { connect: 1 } : {}),
      latency: ({ atMs }) => ({ medianMs: within(atMs, 2, 2.3) ? 5_600 : 200, shape: 8 }),
    },
    series: {
      connections_established: { unit: 'count', leakCandidate: true, memory: false, at: () => 12 },
      cpu_percent: {
        ...{ unit: 'percent', leakCandidate: false, memory: false },
        at: (atMs) => (within(atMs, 0.6, 2.4) ? 97 : 30),
      },
    },
  });

interface Life {
  /** Seconds after the start at which the daemon dies, and for how long it is away. */
  dies: { atS: number; awayS: number }[];
  /** It dies at this commit of alerts, before or after it is stored. */
  commit?: { step: number; when: 'before' | 'after' };
}

interface Seen {
  transitions: string[];
  messages: string[];
  commits: number;
}

async function lived({ dies, commit }: Life): Promise<Seen> {
  const staging = staged();
  const duty = memoryDutyStore();
  const soakd = (mortal: Mortal): Soaks => {
    const soaks = staging.daemon(mortal);
    const store: DutyStore = mortal.wrap<DutyStore>(duty, ['commitAlerts']);
    startWatch(staging, mortal.wrap(soaks), store, {
      store: mortal.wrap(staging.store),
      clock: mortal.wrap(staging.clock),
    });
    return soaks;
  };
  let mortal = commit === undefined ? new Mortal() : new Mortal(commit.step, commit.when);
  const first = mortal;
  let soaks = soakd(mortal);
  const run = await begin(soaks, profile);
  const restart = async (awayS: number): Promise<void> => {
    mortal.die();
    await staging.clock.advance(awayS * 1000);
    mortal = new Mortal();
    soaks = soakd(mortal);
    await staging.clock.runUntil(soaks.recover({ mode: 'carry_on' }), HOUR_MS);
  };
  const untilMs = START_MS + 3.2 * HOUR_MS;
  for (const { atS, awayS } of dies) {
    await staging.clock.advance(Math.max(0, START_MS + atS * 1000 - staging.clock.now()));
    await restart(awayS);
  }
  while (staging.clock.now() < untilMs) {
    await staging.clock.advance(60_000);
    if (mortal.dead) await restart(5);
  }
  const transitions: string[] = [];
  for (const { id, rule } of (await duty.alerts({ runId: run.id })).reverse()) {
    for (const { atMs, from, to } of await duty.alertTransitions(id))
      transitions.push(`${rule.name} ${from ?? 'nothing'} → ${to} at ${(atMs - START_MS) / 1000}`);
  }
  const messages = (await duty.notifications({ limit: 500 })).map(({ body }) => body.title);
  return { transitions, messages: messages.toSorted(), commits: first.steps };
}

describe('a soakd that is killed and started again', () => {
  it('comes to the same alerts at the same instants, and tells each once, whenever it dies', async () => {
    const whole = await lived({ dies: [] });
    expect(whole.messages).toEqual([
      'firing HighCPU',
      'firing HighErrorRate',
      'firing HighLatency',
      'firing ServiceDown',
      'resolved HighCPU',
      'resolved HighErrorRate',
      'resolved HighLatency',
      'resolved ServiceDown',
    ]);
    const death = fc.record({ atS: fc.integer({ min: 600, max: 9_500 }), awayS: fc.integer({ min: 1, max: 45 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(death, { minLength: 1, maxLength: 3 }), async (deaths) => {
        const dies = deaths.toSorted((a, b) => a.atS - b.atS);
        const { transitions, messages } = await lived({ dies });
        expect(transitions).toEqual(whole.transitions);
        expect(messages).toEqual(whole.messages);
      }),
      { numRuns: 8, seed: 20261121 },
    );
  });

  it('tells afterwards what began and ended while it was away for up to an hour, once, and only what it read of samples', async () => {
    const whole = await lived({ dies: [] });
    const death = fc.record({ atS: fc.integer({ min: 600, max: 8_000 }), awayS: fc.integer({ min: 60, max: 3_600 }) });
    await fc.assert(
      fc.asyncProperty(death, async (away) => {
        const { transitions, messages } = await lived({ dies: [away] });
        expect(ofLoad(transitions)).toEqual(ofLoad(whole.transitions));
        expect(ofLoad(messages)).toEqual(ofLoad(whole.messages));
        // Nobody reads while soakd is away; there are 108 min to see the CPU, and ten are enough.
        expect(messages.filter((one) => one.endsWith('HighCPU'))).toEqual(['firing HighCPU', 'resolved HighCPU']);
      }),
      {
        numRuns: 8,
        seed: 20261121,
        examples: [[{ atS: 1_700, awayS: 3_600 }], [{ atS: 4_200, awayS: 1_200 }], [{ atS: 2_400, awayS: 3_000 }]],
      },
    );
  });

  it('comes to the same when it dies just before or just after alerts are stored', async () => {
    const whole = await lived({ dies: [] });
    const first = Array.from({ length: 6 }, (_, at) => Math.max(1, Math.floor((whole.commits * (at + 1)) / 7)));
    for (const step of first) {
      for (const when of ['before', 'after'] as const) {
        const { transitions, messages } = await lived({ dies: [], commit: { step, when } });
        // It is noticed a minute later: of the CPU nothing was read for so long.
        const seen = { step, when, transitions: ofLoad(transitions), messages };
        expect(seen).toEqual({ step, when, transitions: ofLoad(whole.transitions), messages: whole.messages });
      }
    }
  });
});

const ofLoad = (lines: readonly string[]): string[] => lines.filter((line) => !line.includes('HighCPU'));
