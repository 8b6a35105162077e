/** What of an outbox may go now. Pure. */
import type { Notification, NotificationBody } from '../../model/notification.ts';
import { canGather } from '../../notify/gather.ts';
import { MAX_RETRY_AFTER_MS } from './channel-condition.ts';

/** Rows of one group that go as one message, oldest first. */
export interface Batch {
  group: string;
  rows: readonly [Notification, ...Notification[]];
}

export interface ChannelNow {
  nowMs: number;
  /** How many messages may be begun. */
  slots: number;
  /** What people read is gathered; programs get each message alone. */
  forPeople: boolean;
  groupIntervalMs: number;
  /** Groups with a message under way: theirs must wait, so that they stay in order. */
  underway: ReadonlySet<string>;
  /** When a message of the group went last. */
  sentMs: ReadonlyMap<string, number>;
}

/** More would be read by nobody. */
const MAX_GATHERED = 20;

/**
 * The messages to begin now, and when to look again at those that must wait (null: something else will happen before). `rows`
 * wait, oldest first. Within a group nothing overtakes; across groups what was tried least goes first, so that a message which
 * the receiver cannot digest does not keep the others back.
 */
export function nextDeliveries(
  rows: readonly Notification[],
  now: ChannelNow,
): { batches: Batch[]; wakeAtMs: number | null } {
  const groups = new Map<string, [Notification, ...Notification[]]>();
  for (const row of rows) {
    const group = groups.get(row.group);
    if (group === undefined) groups.set(row.group, [row]);
    else group.push(row);
  }
  const ready: Batch[] = [];
  let wakeAtMs: number | null = null;
  for (const [group, waiting] of groups) {
    if (now.underway.has(group)) continue;
    const [head] = waiting;
    const atMs = Math.max(dueMs(head, now.nowMs), heldUntilMs(group, waiting, now));
    if (atMs <= now.nowMs) ready.push({ group, rows: now.forPeople ? gatherable(waiting, now.nowMs) : [head] });
    else wakeAtMs = Math.min(wakeAtMs ?? atMs, atMs);
  }
  const batches = ready
    .toSorted((a, b) => a.rows[0].attempts - b.rows[0].attempts || a.rows[0].id - b.rows[0].id)
    .slice(0, Math.max(0, now.slots));
  return { batches, wakeAtMs };
}

/** Nothing waits for longer than a receiver may ask for: what does was told so by a clock that was stepped back since. */
const dueMs = ({ dueMs: atMs }: Notification, nowMs: number): number =>
  atMs > nowMs + MAX_RETRY_AFTER_MS ? nowMs : atMs;

/** The first word of a group goes at once; what follows waits for company, unless it is urgent. */
function heldUntilMs(
  group: string,
  waiting: readonly Notification[],
  { nowMs, forPeople, groupIntervalMs, sentMs }: ChannelNow,
): number {
  const lastMs = sentMs.get(group);
  if (!forPeople || lastMs === undefined || lastMs > nowMs || waiting.some(({ body }) => isUrgent(body))) return 0;
  return lastMs + groupIntervalMs;
}

/** Somebody must act on it now, or waits for it. */
const isUrgent = ({ kind, severity, alerts }: NotificationBody): boolean =>
  kind === 'summary' || kind === 'test' || (kind === 'firing' && (severity === 'critical' || alerts.some(isPage)));

const isPage = ({ action }: NotificationBody['alerts'][number]): boolean => action === 'page';

function gatherable([head, ...rest]: readonly [Notification, ...Notification[]], nowMs: number): Batch['rows'] {
  const rows: [Notification, ...Notification[]] = [head];
  if (!canGather(head.body)) return rows;
  let alerts = head.body.alerts.length;
  for (const row of rest) {
    alerts += row.body.alerts.length;
    if (!canGather(row.body) || dueMs(row, nowMs) > nowMs || alerts > MAX_GATHERED) break;
    rows.push(row);
  }
  return rows;
}
