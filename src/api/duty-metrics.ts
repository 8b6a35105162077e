import type { Alert } from '../model/alert.ts';
import type { DutyStore } from '../store/duty-store.ts';

/** Open alerts that look alike: one line each, however many series they are about. */
export interface AlertCount {
  /** Empty: about soakd itself. */
  run: string;
  alertname: string;
  severity: string;
  state: string;
  count: number;
  /** When the first of them began to fire, Unix ms; null: none does. */
  firingMs: number | null;
}

export interface DutyNow {
  alerts: AlertCount[];
  /** Messages that wait, by channel. */
  waiting: Record<string, number>;
}

/** More open ones at once are not told apart by anybody. */
const MOST_ALERTS = 1_000;

/** What is open on duty now. Rejects as the store does. */
export async function dutyNow(duty: Pick<DutyStore, 'alerts' | 'outboxSizes'>): Promise<DutyNow> {
  const [open, waiting] = await Promise.all([duty.alerts({ openOnly: true, limit: MOST_ALERTS }), duty.outboxSizes()]);
  return { alerts: countAlerts(open), waiting };
}

export function countAlerts(open: readonly Alert[]): AlertCount[] {
  const counts = new Map<string, AlertCount>();
  for (const { runId, rule, state, firingMs } of open) {
    const labels = { run: runId ?? '', alertname: rule.name, severity: rule.severity, state };
    const key = Object.values(labels).join('\0');
    const known = counts.get(key) ?? { ...labels, count: 0, firingMs: null };
    known.count++;
    if (firingMs !== null) known.firingMs = Math.min(known.firingMs ?? firingMs, firingMs);
    counts.set(key, known);
  }
  return [...counts.values()];
}
