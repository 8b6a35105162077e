/**
 * Events of the live runs as counts, and which sources can be read. Read from the store a page at a time, behind what was read
 * before, so that the counts are the same after a restart.
 */
import type { Run, RunEvent } from '../model/run.ts';
import type { Store } from '../store/store.ts';

/** How often a kind of event happened, and when last. Kinds are few: docs/formats.md lists them. */
export interface EventCount {
  kind: string;
  severity: string;
  count: number;
  /** Unix ms; null: not yet. */
  lastMs: number | null;
}

export interface SourceState {
  source: string;
  kind: string;
  up: boolean;
}

export interface CountedRun {
  events: EventCount[];
  sources: SourceState[];
}

/**
 * Told as 0 from the beginning: of a count that begins with 1, Prometheus never sees that it rose. Those that somebody waits
 * for.
 */
const AWAITED: readonly [kind: string, severity: RunEvent['severity']][] = [
  ['k6_exited', 'error'],
  ['target_restarted', 'error'],
  ['dependency_restarted', 'warning'],
  ['source_failed', 'warning'],
  ['gap', 'warning'],
  ['soakd_resumed', 'info'],
  ['trend_changed', 'warning'],
];
const PAGE = 500;

interface Counted {
  afterId: number;
  events: Map<string, EventCount>;
  sources: Map<string, SourceState>;
}

export class EventCounts {
  readonly #store: Pick<Store, 'run' | 'events'>;
  readonly #runs = new Map<string, Counted>();

  constructor(store: Pick<Store, 'run' | 'events'>) {
    this.#store = store;
  }

  /** What happened so far in the runs that are named; the others are forgotten. Rejects as the store does. */
  async read(runIds: readonly string[]): Promise<Map<string, CountedRun>> {
    for (const known of this.#runs.keys()) if (!runIds.includes(known)) this.#runs.delete(known);
    const read = new Map<string, CountedRun>();
    for (const runId of runIds) {
      const counted = await this.#follow(runId);
      if (counted !== null)
        read.set(runId, { events: [...counted.events.values()], sources: [...counted.sources.values()] });
    }
    return read;
  }

  async #follow(runId: string): Promise<Counted | null> {
    let counted = this.#runs.get(runId);
    if (counted === undefined) {
      const run = await this.#store.run(runId);
      if (run === null) return null;
      counted = beginning(run);
      this.#runs.set(runId, counted);
    }
    for (;;) {
      const page = await this.#store.events(runId, { afterId: counted.afterId, limit: PAGE });
      for (const event of page) count(counted, event);
      if (page.length < PAGE) return counted;
    }
  }
}

const keyOf = (kind: string, severity: string): string => `${kind} ${severity}`;

const beginning = ({ profile }: Run): Counted => ({
  afterId: 0,
  events: new Map(
    AWAITED.map(([kind, severity]) => [keyOf(kind, severity), { kind, severity, count: 0, lastMs: null }]),
  ),
  sources: new Map(profile.monitoring.samplers.map(({ name, kind }) => [name, { source: name, kind, up: true }])),
});

function count(counted: Counted, { id, atMs, kind, severity, data }: RunEvent): void {
  counted.afterId = Math.max(counted.afterId, id);
  const key = keyOf(kind, severity);
  const known = counted.events.get(key);
  counted.events.set(key, {
    ...{ kind, severity, count: (known?.count ?? 0) + 1 },
    lastMs: Math.max(known?.lastMs ?? atMs, atMs),
  });
  if (kind !== 'source_failed' && kind !== 'source_recovered') return;
  const source = typeof data.source === 'string' ? counted.sources.get(data.source) : undefined;
  if (source !== undefined) source.up = kind === 'source_recovered';
}
