import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { NewEvent } from '../model/run.ts';
import { isJudged, type Sample, type SeriesInfo } from '../model/sample.ts';
import { Aggregate } from './aggregate.ts';
import { FailedReading, type Sampler } from './sampler.ts';
import { intervalStart, type Slots, slotAfter } from './slots.ts';

/** A source that takes longer than this has failed. */
export const READING_LIMIT_MS = 5000;

/** A start time from the system may be off by this much: /proc counts from boot, NTP moves the wall clock since. */
const START_TIME_ERROR_MS = 2000;

/** A sampler under the name that its series carry. */
export interface SampledSource {
  name: string;
  kind: string;
  role: SeriesInfo['role'];
  sampler: Sampler;
}

/** The series of sources, as the store keeps them. */
export const seriesOf = (sources: readonly SampledSource[]): SeriesInfo[] =>
  sources.flatMap(({ name: source, kind, role, sampler }) =>
    sampler.series.map(({ name, ...described }) => ({ id: `${source}.${name}`, source, kind, role, ...described })),
  );

interface Reading {
  interval: Aggregate[];
  intervalStartMs: number;
  limitAtMonotonicMs: number;
  cancel: AbortController;
  /** Set when nobody waits for it any more; it may still be under way when it ignores its signal. */
  abandoned: boolean;
}

export interface ReaderPorts {
  clock: Clock;
  intervalMs: number;
  slots: Slots;
  /** Who was read when the run was last sampled, by an earlier process. */
  knownIdentity: string | null;
  onEvent: (event: NewEvent) => void;
  /** A reading has ended, well or badly. */
  onSettled: () => void;
}

/**
 * One source: when it is read next, the reading under way (never two), what its readings add up to by interval, and
 * whether it works. It never rejects and never waits; the loop calls it when time has passed.
 */
export class SourceReader {
  readonly source: SampledSource;
  readonly #ports: ReaderPorts;
  readonly #ids: string[];
  /** Intervals not handed on yet, oldest first. */
  readonly #pending = new Map<number, Aggregate[]>();
  #reading: Reading | null = null;
  #nextAtMs: number;
  #failedSinceMs: number | null = null;
  #identity: string | null;
  #identifiedAtMs: number | null = null;

  constructor(source: SampledSource, ports: ReaderPorts) {
    this.source = source;
    this.#ports = ports;
    this.#ids = source.sampler.series.map(({ name }) => `${source.name}.${name}`);
    this.#identity = ports.knownIdentity;
    // The first reading is the base of rates, and tells at once whether the source is there.
    this.#nextAtMs = ports.clock.now();
  }

  /** Was a reading due in this interval? */
  hasInterval(startMs: number): boolean {
    return this.#pending.has(startMs);
  }

  /** Wall-clock time of the next reading. */
  get nextAtMs(): number {
    return this.#nextAtMs;
  }

  /** Monotonic time at which the reading under way has taken too long; null when there is none to wait for. */
  get limitAtMonotonicMs(): number | null {
    return this.#reading === null || this.#reading.abandoned ? null : this.#reading.limitAtMonotonicMs;
  }

  /** Starts the reading that is due and gives up the one that takes too long. */
  tick(nowMs: number, monotonicMs: number): void {
    const reading = this.#reading;
    if (reading !== null && !reading.abandoned && monotonicMs >= reading.limitAtMonotonicMs) {
      reading.abandoned = true;
      const late = new DOMException(`no answer within ${READING_LIMIT_MS / 1000} s`, 'TimeoutError');
      reading.cancel.abort(late);
      this.#failed(reading, late);
    }
    const { slots } = this.#ports;
    if (nowMs >= this.#nextAtMs) {
      this.#nextAtMs = slotAfter(slots, nowMs);
      this.#begin(nowMs, monotonicMs);
    } else if (this.#nextAtMs - nowMs > slots.periodMs) {
      // The wall clock was set back.
      this.#nextAtMs = slotAfter(slots, nowMs);
    }
  }

  /** Samples of every interval that is over, oldest first; an interval with a reading under way is not. */
  takeComplete(nowMs: number): Sample[] {
    const current = intervalStart(nowMs, this.#ports.intervalMs);
    const open = this.#reading !== null && !this.#reading.abandoned ? this.#reading.intervalStartMs : null;
    const samples: Sample[] = [];
    for (const [startMs, aggregates] of this.#pending) {
      if (startMs === current || startMs === open) break;
      this.#pending.delete(startMs);
      this.#push(samples, aggregates, startMs);
    }
    return samples;
  }

  /** Gives up the reading under way; returns what there is of every interval, complete or not. */
  stop(): Sample[] {
    if (this.#reading !== null) {
      this.#reading.abandoned = true;
      this.#reading.cancel.abort(new DOMException('sampling ends', 'AbortError'));
    }
    const samples: Sample[] = [];
    for (const [startMs, aggregates] of this.#pending) this.#push(samples, aggregates, startMs);
    this.#pending.clear();
    return samples;
  }

  #push(samples: Sample[], aggregates: Aggregate[], startMs: number): void {
    aggregates.forEach((aggregate, index) => {
      const id = this.#ids[index];
      if (id !== undefined) samples.push(aggregate.sample(id, startMs));
    });
  }

  #begin(nowMs: number, monotonicMs: number): void {
    const { intervalMs } = this.#ports;
    const startMs = intervalStart(nowMs, intervalMs);
    let interval = this.#pending.get(startMs);
    if (interval === undefined) {
      interval = this.#ids.map(() => new Aggregate());
      this.#pending.set(startMs, interval);
    }
    // The reading before is still under way, within its time or ignoring its signal: this slot stays empty.
    if (this.#reading !== null) return;
    const reading: Reading = {
      interval,
      intervalStartMs: startMs,
      limitAtMonotonicMs: monotonicMs + READING_LIMIT_MS,
      cancel: new AbortController(),
      abandoned: false,
    };
    this.#reading = reading;
    this.#read(reading.cancel.signal).then(
      (values) => this.#ended(reading, () => this.#succeeded(reading, values)),
      (thrown: unknown) => this.#ended(reading, () => this.#failed(reading, thrown)),
    );
  }

  async #read(signal: AbortSignal): Promise<(number | null)[]> {
    const values = await this.source.sampler.read(signal);
    if (values.length !== this.#ids.length) {
      throw new Error(`gave ${values.length} values for ${this.#ids.length} series`);
    }
    return values;
  }

  #ended(reading: Reading, settle: () => void): void {
    this.#reading = null;
    if (reading.abandoned) return;
    settle();
    this.#ports.onSettled();
  }

  #succeeded(reading: Reading, values: readonly (number | null)[]): void {
    this.#add(reading, values);
    const nowMs = this.#ports.clock.now();
    if (this.#failedSinceMs !== null) {
      const downMs = Math.max(0, nowMs - this.#failedSinceMs);
      this.#failedSinceMs = null;
      this.#tell('source_recovered', 'info', `${this.source.name} can be read again after ${seconds(downMs)}`, nowMs, {
        downMs,
      });
    }
    this.#identify(nowMs);
  }

  #failed(reading: Reading, thrown: unknown): void {
    if (thrown instanceof FailedReading) this.#add(reading, thrown.values);
    if (this.#failedSinceMs !== null) return;
    const nowMs = this.#ports.clock.now();
    this.#failedSinceMs = nowMs;
    const reason = describeError(thrown);
    this.#tell('source_failed', 'warning', `${this.source.name} cannot be read: ${reason}`, nowMs, { reason });
  }

  #add(reading: Reading, values: readonly (number | null)[]): void {
    values.forEach((value, index) => {
      reading.interval[index]?.add(value);
    });
  }

  /** Of what is soaked only: k6 is started again by soakd, which says so itself. */
  #identify(nowMs: number): void {
    const { name, role, sampler } = this.source;
    const identity = isJudged({ role }) ? (sampler.identity?.() ?? null) : null;
    if (identity === null) return;
    const before = this.#identity;
    const identifiedBeforeMs = this.#identifiedAtMs;
    this.#identity = identity;
    this.#identifiedAtMs = nowMs;
    if (identity === before) return;
    if (before === null) {
      const message = `${name} is ${identity}`;
      if (role === 'target') this.#tell('target_identified', 'info', message, nowMs, { identity });
      else this.#tell('dependency_identified', 'info', message, nowMs, { identity });
      return;
    }
    const startedMs = sampler.startedMs?.() ?? null;
    // Another process may have taken over that has run for long: then only the moment of seeing is known.
    const plausible =
      startedMs !== null &&
      startedMs <= nowMs &&
      (identifiedBeforeMs === null || startedMs >= identifiedBeforeMs - START_TIME_ERROR_MS);
    const atMs = plausible ? Math.round(startedMs) : nowMs;
    const message = `${name} was restarted: it was ${before}, now it is ${identity}`;
    const data = { before, identity, seenMs: nowMs };
    if (role === 'target') this.#tell('target_restarted', 'error', message, atMs, data);
    else this.#tell('dependency_restarted', 'warning', message, atMs, data);
  }

  #tell(
    kind: string,
    severity: NewEvent['severity'],
    message: string,
    atMs: number,
    data: Record<string, unknown>,
  ): void {
    this.#ports.onEvent({ atMs, kind, severity, message, data: { source: this.source.name, ...data } });
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
