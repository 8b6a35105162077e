/** The watch over alerts, on a staging system in simulated time. */
import { readFileSync } from 'node:fs';
import { type AlertRules, readAlertRules } from '../../src/alert/rules-file.ts';
import { seededRandom } from '../../src/base/random.ts';
import { AlertWatch, type AlertWatchPorts } from '../../src/duty/alert-watch.ts';
import type { AlertNews } from '../../src/model/alert.ts';
import type { NewNotification } from '../../src/model/notification.ts';
import type { Soaks } from '../../src/soak/soaks.ts';
import type { DutyStore } from '../../src/store/duty-store.ts';
import type { SimulatedStaging } from './simulated-staging.ts';

/** The rules that soakd comes with. */
export const shippedRules = (): AlertRules => rulesOf(readFileSync('config/alerts.yaml', 'utf8'));

/** Rules from their YAML; throws on any problem. */
export function rulesOf(source: string): AlertRules {
  const read = readAlertRules(source, 'alerts.yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}

/** One message for each piece of news, so that what is told can be counted in the outbox. */
export const plainMessages = (news: readonly AlertNews[], nowMs: number): NewNotification[] =>
  news.map(({ kind, alert }) => ({
    key: `${alert.id} ${kind} ${kind === 'acknowledged' ? (alert.acknowledged?.atMs ?? 0) : alert.toldCount}`,
    channel: 'test',
    group: alert.runId ?? 'soakd',
    createdMs: nowMs,
    dueMs: nowMs,
    body: {
      kind: kind === 'again' ? 'firing' : kind,
      severity: alert.rule.severity,
      title: `${kind} ${alert.rule.name}`,
      text: alert.evidence,
      runId: alert.runId,
      link: null,
      alerts: [],
    },
  }));

/** A watch that has begun. */
export function startWatch(
  staging: SimulatedStaging,
  soaks: Pick<Soaks, 'live' | 'subscribe'>,
  duty: DutyStore,
  changes: Partial<AlertWatchPorts> = {},
): { watch: AlertWatch; stop: () => Promise<void> } {
  const rules = shippedRules();
  const watch = new AlertWatch({
    control: soaks,
    store: staging.store,
    duty,
    clock: staging.clock,
    random: seededRandom(7),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    rules: () => rules,
    messagesFor: plainMessages,
    storeHealth: () => ({ backlogRows: 0, droppedRows: 0, problem: null }),
    // Played time is paid in wake-ups.
    settings: { tickMs: 10_000 },
    ...changes,
  });
  const stopping = new AbortController();
  const done = watch.run(stopping.signal);
  return {
    watch,
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

/** A watch over nothing: for what people do about alerts. */
export const idleAlertWatch = (staging: SimulatedStaging, duty: DutyStore): AlertWatch =>
  new AlertWatch({
    control: { live: () => [], subscribe: () => () => undefined },
    store: staging.store,
    duty,
    clock: staging.clock,
    random: seededRandom(7),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    rules: shippedRules,
    messagesFor: plainMessages,
    storeHealth: () => ({ backlogRows: 0, droppedRows: 0, problem: null }),
  });
