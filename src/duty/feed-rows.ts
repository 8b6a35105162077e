import { type Checkpoint, lookBackMs, type RunAlerts } from '../alert/engine.ts';
import type { AlertRule } from '../model/alert.ts';
import type { Run, RunEvent, RunState, Transition } from '../model/run.ts';
import type { Sample } from '../model/sample.ts';
import { sampleIntervalMs } from '../plan/sample-interval.ts';
import { rangesOver } from '../store/ranges.ts';
import type { Store, WindowRow } from '../store/store.ts';

const HOUR_MS = 3_600_000;
/** Growth of memory asks a day and more of its series. */
const GROWTH_BACK_MS = 27 * HOUR_MS;
const STEP_MS = 4 * HOUR_MS;

export interface FeedOrder {
  run: Run;
  rules: readonly AlertRule[];
  checkpoint: Checkpoint;
  transitions: readonly Transition[];
  /** Exclusive. */
  untilMs: number;
}

type Moment = { atMs: number; event: RunEvent } | { atMs: number; state: RunState };
type Row = { atMs: number; window: WindowRow } | { atMs: number; samples: Sample[] };

/** State of a run at an instant; before all that is stored it is being prepared. */
export const stateAt = (transitions: readonly Transition[], atMs: number | null): RunState =>
  (atMs === null ? null : transitions.findLast((one) => one.atMs <= atMs))?.to ?? 'preparing';

/**
 * Gives the stored rows of a run to its alerts, in order of time and hours at a time. Rows up to the checkpoint are context
 * for what is asked later; the alerts themselves know which are new.
 */
export async function feedRows(alerts: RunAlerts, order: FeedOrder, store: Store): Promise<void> {
  const { run, rules, checkpoint, untilMs } = order;
  const firstMs = Math.min(run.createdMs, run.startMs);
  const backMs = lookBackMs(rules);
  const isNew = checkpoint.windowsMs === null;
  const windowsFromMs = isNew ? firstMs : Math.max(firstMs, (checkpoint.windowsMs ?? firstMs) - backMs);
  const newestSampleMs = Math.min(...Object.values(checkpoint.samplesMs), untilMs);
  const samplesFromMs = isNew ? firstMs : Math.max(firstMs, newestSampleMs - backMs);
  const series = await store.series(run.id);
  alerts.addSeries(series);
  const memory = series.filter((one) => one.memory).map(({ id }) => id);
  const memoryFromMs = Math.max(firstMs, samplesFromMs - GROWTH_BACK_MS);
  if (memory.length > 0 && memoryFromMs < samplesFromMs)
    for (const range of rangesOver(memoryFromMs, samplesFromMs, STEP_MS))
      alerts.addSamples(await store.samples(run.id, { ...range, series: memory }));

  const moments = await momentsOf(order, store);
  let at = 0;
  const tellMoments = (beforeMs: number): void => {
    for (let next = moments[at]; next !== undefined && next.atMs <= beforeMs; next = moments[++at]) {
      if ('event' in next) alerts.addEvent(next.event);
      else alerts.setState(next.state, next.atMs);
    }
  };
  const intervalMs = sampleIntervalMs(run.profile.monitoring.intervalMs, run.compression);
  for (const range of rangesOver(Math.min(windowsFromMs, samplesFromMs), untilMs + 1, STEP_MS)) {
    for (const row of await store.sketches(run.id, range)) alerts.addStoredDurations(row);
    const rows: Row[] = [];
    for (const window of await store.windows(run.id, range))
      if (window.startMs >= windowsFromMs) rows.push({ atMs: window.endMs, window });
    // Handed over together, as a live run does: the checkpoint of a source passes an interval as a whole.
    for (const [atMs, samples] of Map.groupBy(await store.samples(run.id, range), (sample) => sample.atMs))
      if (atMs >= samplesFromMs) rows.push({ atMs: atMs + intervalMs, samples });
    for (const row of rows.toSorted((a, b) => a.atMs - b.atMs)) {
      tellMoments(row.atMs);
      if ('window' in row) alerts.addStoredWindow(row.window);
      else alerts.addSamples(row.samples);
    }
  }
  tellMoments(Number.POSITIVE_INFINITY);
}

/** Events in order of their ids, which are given when they are stored, and states that came after the checkpoint. */
async function momentsOf({ run, transitions, checkpoint }: FeedOrder, store: Store): Promise<Moment[]> {
  let newestMs = Number.NEGATIVE_INFINITY;
  const events = (await store.events(run.id)).map((event) => {
    newestMs = Math.max(newestMs, event.atMs);
    return { atMs: newestMs, event };
  });
  const states = transitions
    .filter(({ atMs }) => atMs > (checkpoint.momentsMs ?? Number.NEGATIVE_INFINITY))
    .map(({ atMs, to }) => ({ atMs, state: to }));
  return [...events, ...states].toSorted((a, b) => a.atMs - b.atMs);
}
