import { z } from 'zod';
import { type Checkpoint, lookBackMs, noCheckpoint, RunAlerts } from '../alert/engine.ts';
import { rulesForRun } from '../alert/run-rules.ts';
import type { AlertRule } from '../model/alert.ts';
import { type Action, isFinal, type Run, type RunEvent } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { RunSignal } from '../soak/control.ts';
import { stateOf } from '../soak/state.ts';
import type { DutyStore } from '../store/duty-store.ts';
import { rangesOver } from '../store/ranges.ts';
import type { Store, WindowRow } from '../store/store.ts';
import { runTimeOf } from './run-time.ts';

const HOUR_MS = 3_600_000;
/** Growth of memory asks a day and more of its series. */
const GROWTH_BACK_MS = 27 * HOUR_MS;
const STEP_MS = 4 * HOUR_MS;
/** Of the newest seconds rows may still be on their way. */
const SETTLED_MS = 2_000;

export const checkpointKey = (runId: string): string => `alerts.${runId}`;

/** One run under watch: its alerts, fed with signals. */
export class WatchedRun {
  readonly run: Run;
  readonly alerts: RunAlerts;
  #actions: Action[];
  /** The run is over: nothing comes after. */
  over = false;

  constructor(run: Run, alerts: RunAlerts, actions: Action[]) {
    this.run = run;
    this.alerts = alerts;
    this.#actions = actions;
  }

  take(signal: RunSignal): void {
    switch (signal.type) {
      case 'windows':
        for (const window of signal.windows) this.alerts.addWindow(window);
        return;
      case 'samples':
        this.alerts.addSamples(signal.samples);
        return;
      case 'event':
        this.alerts.addEvent(signal.event);
        return;
      case 'action':
        this.alerts.addAction(signal.action);
        this.#actions = [...this.#actions, signal.action];
        if (signal.action.edit !== null) this.alerts.setTime(runTimeOf(this.run, this.#actions));
        return;
      case 'state':
        this.alerts.setState(signal.state, signal.atMs);
        if (!isFinal(signal.state)) return;
        this.alerts.finish(signal.atMs, `the run is over: ${signal.state}`);
        this.over = true;
        return;
      case 'status':
        this.alerts.addGrowth(
          signal.status.series.flatMap(({ growth }) => growth ?? []),
          signal.status.nowMs,
        );
    }
  }

  /** The clock of a live run: what follows from time alone. */
  tick(nowMs: number): void {
    this.alerts.advance(nowMs - SETTLED_MS);
  }
}

/**
 * A run put under watch: what was decided is read from the store, the readings behind it from the run's rows, and rows that
 * nobody has looked at yet are looked at now, in order of time.
 */
export async function watchRun(
  run: Run,
  rules: readonly AlertRule[],
  { store, duty }: { store: Store; duty: DutyStore },
  nowMs: number,
): Promise<WatchedRun> {
  const actions = await store.actions(run.id);
  const stored = checkpointOf(await duty.note(checkpointKey(run.id)));
  const checkpoint = stored ?? noCheckpoint;
  const held = rulesForRun(rules, run.profile.monitoring);
  const alerts = new RunAlerts({
    run,
    rules: held,
    time: runTimeOf(run, actions),
    state: stateOf(await store.transitions(run.id)),
    open: await duty.alerts({ runId: run.id, openOnly: true }),
    checkpoint,
  });
  for (const action of actions) alerts.addAction(action);
  const series = await store.series(run.id);
  alerts.addSeries(series);
  await feed(run, series, alerts, checkpoint, { lookBackMs: lookBackMs(held), nowMs }, store);
  alerts.recallFired(await duty.alerts({ runId: run.id }));
  if (stored !== null) alerts.resume(nowMs);
  return new WatchedRun(run, alerts, actions);
}

type Row = { atMs: number; window: WindowRow } | { atMs: number; sample: Sample } | { atMs: number; event: RunEvent };

/** Rows up to the checkpoint are context; the engine knows which are new. */
async function feed(
  run: Run,
  series: readonly SeriesInfo[],
  alerts: RunAlerts,
  checkpoint: Checkpoint,
  { lookBackMs: backMs, nowMs }: { lookBackMs: number; nowMs: number },
  store: Store,
): Promise<void> {
  const firstMs = Math.min(run.createdMs, run.startMs);
  const windowsFromMs = Math.max(firstMs, (checkpoint.windowsMs ?? firstMs) - backMs);
  const newestSampleMs = Math.min(...Object.values(checkpoint.samplesMs), nowMs);
  const samplesFromMs = Math.max(firstMs, (checkpoint.windowsMs === null ? firstMs : newestSampleMs) - backMs);
  const memory = series.filter((one) => one.memory).map(({ id }) => id);
  const events = await store.events(run.id);
  const memoryFromMs = Math.max(firstMs, samplesFromMs - GROWTH_BACK_MS);
  if (memory.length > 0 && memoryFromMs < samplesFromMs) {
    // Restarts of the time before are known before its samples are: growth begins anew with each.
    for (const range of rangesOver(memoryFromMs, samplesFromMs, STEP_MS))
      alerts.addSamples(await store.samples(run.id, { ...range, series: memory }));
  }
  let at = 0;
  for (const range of rangesOver(Math.min(windowsFromMs, samplesFromMs), nowMs + 1, STEP_MS)) {
    for (const row of await store.sketches(run.id, range)) alerts.addStoredDurations(row);
    const rows: Row[] = [];
    for (const window of await store.windows(run.id, range))
      if (window.startMs >= windowsFromMs) rows.push({ atMs: window.endMs, window });
    for (const sample of await store.samples(run.id, range))
      if (sample.atMs >= samplesFromMs)
        rows.push({ atMs: sample.atMs + run.profile.monitoring.intervalMs / run.compression, sample });
    rows.sort((a, b) => a.atMs - b.atMs);
    for (const row of rows) {
      for (let event = events[at]; event !== undefined && event.atMs <= row.atMs; event = events[++at])
        alerts.addEvent(event);
      if ('window' in row) alerts.addStoredWindow(row.window);
      else if ('sample' in row) alerts.addSamples([row.sample]);
    }
  }
  for (const event of events.slice(at)) alerts.addEvent(event);
}

const checkpointSchema = z.object({
  windowsMs: z.number().nullable(),
  minutesMs: z.number().nullable(),
  momentsMs: z.number().nullable(),
  samplesMs: z.record(z.string(), z.number()),
  lastKnownMs: z.record(z.string(), z.number()),
  eventId: z.number(),
}) satisfies z.ZodType<Checkpoint>;

/** A note that another version wrote, or none, is no checkpoint. */
const checkpointOf = (note: unknown): Checkpoint | null => checkpointSchema.safeParse(note).data ?? null;
