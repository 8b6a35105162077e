/**
 * A staging system that exists in simulated time: a target that behaves as scripted, the machine on which
 * k6 would live, a store, and daemons that come and go. What a test drops is a daemon with all its
 * objects; target, generators and store remain.
 */
import { z } from 'zod';
import type { Clock } from '../../src/base/clock.ts';
import { seededRandom } from '../../src/base/random.ts';
import { SimulatedClock } from '../../src/base/simulated-clock.ts';
import type { LoadEngine, LoadProcess } from '../../src/load/engine.ts';
import type { Run, RunState } from '../../src/model/run.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import type { SamplerPlugin, SeriesDeclaration } from '../../src/sample/sampler.ts';
import { defaultSettings, type SoakContext, type SoakLog, type SoakSettings } from '../../src/soak/context.ts';
import type { StartRequest } from '../../src/soak/control.ts';
import { judgeHere } from '../../src/soak/judge-here.ts';
import { profileReader } from '../../src/soak/read-profile.ts';
import { Soaks } from '../../src/soak/soaks.ts';
import { stateOf } from '../../src/soak/state.ts';
import { BufferedStore } from '../../src/store/buffered-store.ts';
import type { Store } from '../../src/store/store.ts';
import { healthyScript, type LoadScript } from './load-script.ts';
import { MemoryStore } from './memory-store.ts';
import { Mortal } from './mortal.ts';
import { ScriptedGenerators } from './scripted-engine.ts';

/** Saturday noon in Berlin, when the weekly soak begins. */
export const START_MS = Date.parse('2026-11-21T11:00:00Z');
export const HOUR_MS = 3_600_000;

/** Value of one series at an instant; null when the source gives none. */
export type ScriptedSeries = Omit<SeriesDeclaration, 'name'> & { at: (atMs: number) => number | null };

export interface StagingScript {
  load?: Partial<LoadScript>;
  series?: Record<string, ScriptedSeries>;
  startMs?: number;
  store?: Store;
  settings?: Partial<SoakSettings>;
  /** Troubles of the engine itself. */
  engine?: (engine: LoadEngine) => LoadEngine;
  /** Rows that a daemon lets wait while the store takes none. */
  maxWaitingRows?: number;
  log?: SoakLog;
  /** What criteria that say `baseline` are held against. */
  baselines?: SoakContext['baselines'];
  /** Throws while a report cannot be written. */
  report?: () => void;
}

export class SimulatedStaging {
  readonly clock: SimulatedClock;
  readonly store: Store;
  readonly generators: ScriptedGenerators;
  readonly reports: { runId: string; verdict: Verdict }[] = [];
  readonly #series: Record<string, ScriptedSeries>;
  readonly #settings: SoakSettings;
  readonly #maxWaitingRows: number;
  readonly #log: SoakLog;
  readonly #baselines: SoakContext['baselines'];
  readonly #reportTroubles: () => void;
  readonly #troubles: (engine: LoadEngine) => LoadEngine;
  readonly #holders = new Map<string, Mortal>();
  /** Added to the monotonic clock: what the machine slept away. */
  suspendedMs = 0;

  constructor(script: StagingScript = {}) {
    this.clock = new SimulatedClock(script.startMs ?? START_MS);
    this.store = script.store ?? new MemoryStore();
    this.generators = new ScriptedGenerators(this.clock, healthyScript(script.load));
    this.#series = script.series ?? {};
    this.#troubles = script.engine ?? ((engine) => engine);
    this.#maxWaitingRows = script.maxWaitingRows ?? 100_000;
    this.#log = script.log ?? { info: () => undefined, warn: () => undefined, error: () => undefined };
    this.#baselines = script.baselines;
    this.#reportTroubles = script.report ?? (() => undefined);
    this.#settings = {
      ...defaultSettings,
      // Played time is paid in wake-ups: a look each minute is enough where nothing real waits.
      pollMs: 60_000,
      clockCheckMs: 10_000,
      leaseMs: 600_000,
      judgeEveryMs: 12 * HOUR_MS,
      watchEveryMs: 12 * HOUR_MS,
      ...script.settings,
    };
  }

  /** A daemon on this machine, which may be killed. */
  daemon(mortal = new Mortal()): Soaks {
    const holder = `staging/${this.#holders.size + 1}`;
    this.#holders.set(holder, mortal);
    const clock = mortalClock(this.clock, mortal);
    const durable = mortal.wrap(this.store, [
      'createRun',
      'addTransition',
      'commitWindows',
      'addSeries',
      'addSamples',
      'addEvents',
      'addAction',
      'putLoadProcess',
      'putVerdict',
      'acquireLease',
      'releaseLease',
    ]);
    const random = seededRandom(this.#holders.size);
    const store = new BufferedStore(durable, { clock, random, settings: { maxRows: this.#maxWaitingRows } });
    const context: SoakContext = {
      clock,
      random,
      store,
      storeHealth: () => store.health(),
      flushStore: (signal) => store.flush(signal),
      engine: mortalEngine(this.#troubles(this.generators.engine()), mortal),
      samplerPlugins: [this.#scriptedSampler()],
      ownSources: () => [],
      secret: (value) => value,
      judge: judgeHere(store),
      writeReport: async (run: Run, _folder: string, verdict: Verdict) => {
        this.#reportTroubles();
        if (!mortal.dead) this.reports.push({ runId: run.id, verdict });
      },
      folderFor: (runId) => Promise.resolve(`/simulated/${runId}`),
      preflight: () => Promise.resolve(),
      ...(this.#baselines === undefined ? {} : { baselines: this.#baselines }),
      bootMs: () => this.clock.monotonicMs() + this.suspendedMs,
      holder,
      holderAlive: (other) => this.#holders.get(other)?.dead === false,
      targetClaims: { take: () => null, release: () => undefined },
      soakdVersion: 'test',
      log: this.#log,
      settings: this.#settings,
    };
    return new Soaks(context, profileReader({ readFile: () => '', systemTimezone: 'UTC' }));
  }

  /** Plays until the run has left the daemon. */
  async play(soaks: Soaks, runId: string, limitMs = 100 * HOUR_MS): Promise<void> {
    await this.clock.runUntil(soaks.left(runId), limitMs);
  }

  async state(runId: string): Promise<RunState> {
    return stateOf(await this.store.transitions(runId));
  }

  async verdict(runId: string): Promise<Verdict> {
    const verdict = await this.store.verdict(runId);
    if (verdict === null) throw new Error(`run ${runId} has no verdict`);
    return verdict;
  }

  async eventKinds(runId: string): Promise<string[]> {
    return (await this.store.events(runId)).map(({ kind }) => kind);
  }

  /** The machine sleeps: everything stops, the wall clock goes on. */
  suspend(ms: number): void {
    this.suspendedMs += ms;
    this.clock.step(ms);
  }

  #scriptedSampler(): SamplerPlugin {
    const settings = z.strictObject({});
    const entries = Object.entries(this.#series);
    return {
      kind: 'scripted',
      settings,
      start: () => ({
        series: entries.map(([name, { at: _, ...declaration }]) => ({ name, ...declaration })),
        cheap: false,
        read: async () => entries.map(([, { at }]) => at(this.clock.now())),
      }),
    };
  }
}

/** Starts a soak of a profile on this staging system. */
export function begin(soaks: Soaks, profileSource: string, changes: Partial<StartRequest> = {}): Promise<Run> {
  return soaks.start({
    profileSource,
    profileName: 'soak.yaml',
    targetUrl: 'http://staging.example:8080',
    who: 'ana@build',
    ...changes,
  });
}

/** A clock that wakes only the living. */
export const mortalClock = (clock: Clock, mortal: Mortal): Clock => ({
  now: () => clock.now(),
  monotonicMs: () => clock.monotonicMs(),
  sleep: (ms, signal) => mortal.answer(clock.sleep(ms, signal)),
});

function mortalEngine(engine: LoadEngine, mortal: Mortal): LoadEngine {
  const wrapped = mortal.wrap(engine, ['start', 'adopt']);
  const alive = (process: LoadProcess): LoadProcess => mortal.wrap(process, ['updatePlan', 'stop', 'kill']);
  return {
    start: async (order, signal) => alive(await wrapped.start(order, signal)),
    adopt: async (row, order) => {
      const process = await wrapped.adopt(row, order);
      return process === null ? null : alive(process);
    },
    readWindows: (row, offset) => wrapped.readWindows(row, offset),
  };
}
