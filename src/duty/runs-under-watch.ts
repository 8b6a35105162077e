import type { AlertRules } from '../alert/rules-file.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Alert } from '../model/alert.ts';
import { isFinal } from '../model/run.ts';
import type { SoakLog } from '../soak/context.ts';
import type { RunControl, RunSignal } from '../soak/control.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';
import type { AlertBatch } from './alert-batch.ts';
import type { SecondTries } from './second-tries.ts';
import { checkpointKey, type WatchedRun, watchRun } from './watched-run.ts';

export interface WatchPorts {
  control: Pick<RunControl, 'live' | 'subscribe'>;
  store: Store;
  duty: DutyStore;
  clock: Clock;
  log: SoakLog;
  /** As configured now. */
  rules(): AlertRules;
}

/**
 * The runs of this process, each with its alerts. One that cannot be read is put under watch later, from the rows that are
 * stored by then. Not for two callers at a time.
 */
export class RunsUnderWatch {
  readonly #ports: WatchPorts;
  readonly #tries: SecondTries;
  readonly #waiting: (alertId: string) => Alert | undefined;
  readonly #watched = new Map<string, WatchedRun>();
  /** Ended while we watched and not left yet: signals that come after say nothing. */
  readonly #over = new Set<string>();
  /** Last words of runs that could not be heard yet. */
  readonly #ends = new Map<string, RunSignal>();

  /** `waiting`: an alert that is newer than the stored one. */
  constructor(ports: WatchPorts, tries: SecondTries, waiting: (alertId: string) => Alert | undefined) {
    this.#ports = ports;
    this.#tries = tries;
    this.#waiting = waiting;
  }

  /** How many are under watch. */
  get size(): number {
    return this.#watched.size;
  }

  get open(): Alert[] {
    return [...this.#watched.values()].flatMap(({ alerts }) => alerts.open);
  }

  /** Does it live, or is there something of it yet to be heard? */
  has(runId: string): boolean {
    return this.#watched.has(runId) || this.#ends.has(runId) || this.#ports.control.live().includes(runId);
  }

  /** Time passes: ends that could not be heard, runs that began, and what follows from time alone. */
  async look(nowMs: () => number): Promise<void> {
    for (const runId of this.#ends.keys()) await this.#hearEnd(runId);
    const live = this.#ports.control.live();
    for (const runId of live) await this.#watchedRun(runId);
    for (const runId of this.#over) if (!live.includes(runId)) this.#over.delete(runId);
    for (const watched of this.#watched.values()) if (!watched.over) watched.tick(nowMs());
  }

  /** All are put under watch anew; what they decided must be stored. */
  letGo(): void {
    this.#watched.clear();
  }

  put(alert: Alert): void {
    if (alert.runId !== null) this.#watched.get(alert.runId)?.alerts.put(alert);
  }

  /** The injected fault that was expected to raise an alert. */
  faultBehind(alert: Alert): string | null {
    return alert.runId === null ? null : (this.#watched.get(alert.runId)?.alerts.faultBehind(alert) ?? null);
  }

  /** What changed since it was asked last; runs that are over are watched no more. */
  take(): Pick<AlertBatch, 'transitions' | 'events' | 'notes'> & { alerts: Alert[] } {
    const taken: ReturnType<RunsUnderWatch['take']> = { alerts: [], transitions: [], events: [], notes: new Map() };
    for (const [runId, { alerts, over }] of this.#watched) {
      const changes = alerts.take();
      taken.alerts.push(...changes.alerts);
      taken.transitions.push(...changes.transitions);
      if (changes.events.length > 0) taken.events.push({ runId, events: changes.events });
      if (!over) continue;
      this.#watched.delete(runId);
      this.#over.add(runId);
      taken.notes.set(checkpointKey(runId), null);
    }
    return taken;
  }

  /** How far rows were looked at, as notes. */
  checkpoints(): [key: string, note: unknown][] {
    return [...this.#watched].map(([runId, { alerts }]) => [checkpointKey(runId), alerts.checkpoint()]);
  }

  async hear(told: RunSignal): Promise<void> {
    const { runId } = told;
    if (this.#ends.has(runId) || this.#over.has(runId)) return;
    if (told.type === 'state' && isFinal(told.state)) {
      this.#ends.set(runId, told);
      await this.#hearEnd(runId);
      return;
    }
    const watched = await this.#watchedRun(runId);
    if (watched === null || watched.over) return;
    try {
      watched.take(told);
    } catch (thrown) {
      const reason = describeError(thrown);
      this.#ports.log.error({ run: runId, reason }, 'a signal of a run could not be looked at');
    }
  }

  /** The last word of a run is kept until it was heard: nothing else ends its alerts. */
  async #hearEnd(runId: string): Promise<void> {
    const last = this.#ends.get(runId);
    if (last === undefined || !this.#tries.isDue(runId)) return;
    const watched = await this.#watchedRun(runId);
    if (watched === null) return;
    try {
      watched.take(last);
      this.#ends.delete(runId);
      this.#tries.worked(runId);
    } catch (thrown) {
      this.#couldNot(runId, thrown, 'the end of a run could not be looked at; it is tried again');
    }
  }

  /** null for a run that is not ours or over, and for one that cannot be read now: its rows are looked at later. */
  async #watchedRun(runId: string): Promise<WatchedRun | null> {
    const known = this.#watched.get(runId);
    if (known !== undefined) return known;
    const { store, clock, control, rules } = this.#ports;
    if (!this.#ends.has(runId) && (this.#over.has(runId) || !control.live().includes(runId))) return null;
    if (!this.#tries.isDue(runId)) return null;
    try {
      const run = await store.run(runId);
      if (run === null) {
        this.#ends.delete(runId);
        return null;
      }
      const watched = await watchRun(run, rules().rules, this.#ports, clock.now());
      // Taken on by somebody, which could not be stored yet.
      for (const alert of watched.alerts.open) {
        const acknowledged = this.#waiting(alert.id)?.acknowledged ?? null;
        if (acknowledged !== null) watched.alerts.put({ ...alert, acknowledged });
      }
      this.#watched.set(runId, watched);
      this.#tries.worked(runId);
      return watched;
    } catch (thrown) {
      this.#couldNot(runId, thrown, 'a run could not be put under watch; it is tried again');
      return null;
    }
  }

  #couldNot(runId: string, thrown: unknown, what: string): void {
    const reason = describeError(thrown);
    if (this.#tries.failed(runId, reason)) this.#ports.log.error({ run: runId, reason }, what);
  }
}
