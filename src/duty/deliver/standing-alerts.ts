import type { NotificationBody } from '../../model/notification.ts';
import type { NotifyConfig } from '../../notify/config.ts';
import { notifiedAlert } from '../../notify/describe.ts';
import { alertsBody } from '../../notify/messages.ts';
import { channelsFor } from '../../notify/route.ts';
import type { DutyStore } from '../../store/duty-store.ts';

/** More firing alerts than this are a flood that nobody reads. */
const MOST = 1_000;

/** The alerts that fire, were told, and go to this channel, in one message for a receiver that forgets; null: none. */
export async function standingAlerts(
  channel: string,
  config: NotifyConfig,
  duty: Pick<DutyStore, 'alerts'>,
  nowMs: number,
): Promise<NotificationBody | null> {
  const open = await duty.alerts({ openOnly: true, limit: MOST });
  const standing = open.filter(({ firingMs, resolvedMs, toldCount, rule, labels }) => {
    // Also when its condition cannot be told at the moment: it fired, and nobody knows that it is over.
    if (firingMs === null || resolvedMs !== null || toldCount === 0) return false;
    const subject = { about: 'alert', severity: rule.severity, action: rule.action, labels } as const;
    return channelsFor(subject, 'firing', config).includes(channel);
  });
  if (standing.length === 0) return null;
  return alertsBody(
    'firing',
    standing.map((alert) => notifiedAlert(alert, nowMs)),
    null,
    null,
  );
}
