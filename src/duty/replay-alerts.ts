import { noCheckpoint, RunAlerts } from '../alert/engine.ts';
import { rulesForRun } from '../alert/run-rules.ts';
import type { Alert, AlertRule } from '../model/alert.ts';
import { isFinal, type Run } from '../model/run.ts';
import type { Store } from '../store/store.ts';
import { feedRows, stateAt } from './feed-rows.ts';
import { runTimeOf } from './run-time.ts';

/**
 * The alerts that rules would have raised in a stored run, oldest first, with those that did not last; nothing is written.
 * The times are those of the run: only percentiles are asked by the five minutes that older durations are merged to, and
 * exhaustion, which no row holds, is not asked.
 */
export async function replayAlerts(run: Run, rules: readonly AlertRule[], store: Store): Promise<Alert[]> {
  const transitions = await store.transitions(run.id);
  const held = rulesForRun(rules, run.profile.monitoring);
  const time = runTimeOf(run, await store.actions(run.id));
  const alerts = new RunAlerts({
    run,
    rules: held,
    time,
    state: stateAt([], null),
    open: [],
    checkpoint: noCheckpoint,
  });
  const last = transitions.at(-1);
  const over = last !== undefined && isFinal(last.to);
  const untilMs = over ? last.atMs : time.endMs;
  await feedRows(alerts, { run, rules: held, checkpoint: noCheckpoint, transitions, untilMs }, store);
  if (over) alerts.finish(last.atMs, `the run is over: ${last.to}`);
  return alerts.take().alerts.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
