import { z } from 'zod';
import { type Checkpoint, noCheckpoint, RunAlerts } from '../alert/engine.ts';
import { rulesForRun } from '../alert/run-rules.ts';
import type { AlertRule } from '../model/alert.ts';
import { type Action, isFinal, type Run } from '../model/run.ts';
import type { SoakLog } from '../soak/context.ts';
import type { RunSignal } from '../soak/control.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';
import { feedRows, stateAt } from './feed-rows.ts';
import { runTimeOf } from './run-time.ts';

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
      case 'series':
        this.alerts.addSeries(signal.series);
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
  { store, duty, log }: { store: Store; duty: DutyStore; log: SoakLog },
  nowMs: number,
): Promise<WatchedRun> {
  const actions = await store.actions(run.id);
  const transitions = await store.transitions(run.id);
  const stored = checkpointOf(await duty.note(checkpointKey(run.id)));
  const checkpoint = stored ?? noCheckpoint;
  const held = rulesForRun(rules, run.profile.monitoring);
  const alerts = new RunAlerts({
    run,
    rules: held,
    time: runTimeOf(run, actions),
    state: stateAt(transitions, checkpoint.momentsMs),
    open: await duty.alerts({ runId: run.id, openOnly: true }),
    checkpoint,
  });
  for (const { name, condition } of alerts.stretched)
    log.warn({ run: run.id, rule: name, condition: condition.text }, 'a rule asks for less time than samples tell');
  alerts.recallFired(await duty.alerts({ runId: run.id }));
  for (const action of actions) alerts.addAction(action);
  await feedRows(alerts, { run, rules: held, checkpoint, transitions, untilMs: nowMs }, store);
  if (stored !== null) alerts.resume(nowMs);
  return new WatchedRun(run, alerts, actions);
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
