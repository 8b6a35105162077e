import { ALERT_SEVERITIES } from '../model/alert.ts';
import type { NotificationBody } from '../model/notification.ts';
import { isRehearsal } from './describe.ts';

/** May it stand in one message with others? The word at a run's end and a test stand alone. */
export const canGather = ({ kind }: NotificationBody): boolean => kind !== 'summary' && kind !== 'test';

/**
 * Several messages of one group as one, for people: everything is told, in the order in which it happened. One alone stays as
 * it is.
 */
export function gathered(bodies: readonly [NotificationBody, ...NotificationBody[]]): NotificationBody {
  const [first] = bodies;
  if (bodies.length === 1) return first;
  const alerts = bodies.flatMap((body) => body.alerts);
  const runIds = new Set(bodies.map(({ runId }) => runId));
  const cut = alerts.filter(({ cutOff }) => cutOff !== undefined).length;
  const counts = (['firing', 'acknowledged', 'resolved'] as const).flatMap((kind) => {
    const count =
      bodies.reduce((sum, body) => sum + (body.kind === kind ? Math.max(1, body.alerts.length) : 0), 0) -
      (kind === 'resolved' ? cut : 0);
    return count <= 0 ? [] : [`${count} ${kind.toUpperCase()}`];
  });
  if (cut > 0) counts.push(`${cut} NO LONGER WATCHED`);
  const rehearsal = alerts.length > 0 && alerts.every(isRehearsal) ? '[REHEARSAL] ' : '';
  const names = [...new Set(alerts.map(({ name }) => name))];
  return {
    kind: bodies.some(({ kind }) => kind === 'firing') ? 'firing' : (bodies.at(-1)?.kind ?? first.kind),
    severity: ALERT_SEVERITIES.findLast((one) => bodies.some(({ severity }) => severity === one)) ?? first.severity,
    title: `${rehearsal}[${counts.join(', ')}] ${names.length > 4 ? `${names.slice(0, 4).join(', ')}, …` : names.join(', ')}`,
    text: bodies.map(({ title, text }) => `${title}\n${text}`).join('\n\n'),
    runId: runIds.size === 1 ? first.runId : null,
    link: first.link,
    alerts,
  };
}
