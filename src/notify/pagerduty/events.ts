import { digestOf } from '../../base/digest.ts';
import { isoTime } from '../../base/iso-time.ts';
import type { AlertSeverity } from '../../model/alert.ts';
import type { NotificationBody, NotifiedAlert } from '../../model/notification.ts';
import type { OutgoingMessage } from '../channel.ts';
import { cut } from '../cut.ts';

/** An event without its routing key, as the Events API v2 documents it. */
export interface PagerDutyEvent {
  event_action: 'trigger' | 'acknowledge' | 'resolve';
  dedup_key: string;
  client?: string;
  client_url?: string;
  links?: { href: string; text: string }[];
  payload?: {
    summary: string;
    source: string;
    severity: 'critical' | 'error' | 'warning' | 'info';
    timestamp: string;
    component?: string;
    group?: string;
    class: string;
    custom_details?: Record<string, string>;
  };
}

const MAX_SUMMARY = 1024;
const MAX_KEY = 255;

const SEVERITIES: Record<AlertSeverity, 'critical' | 'warning' | 'info'> = {
  critical: 'critical',
  warning: 'warning',
  info: 'info',
};

/** What PagerDuty is told, in order. A test opens an alert of severity info and closes it again. */
export function eventsFor({ id, createdMs, body }: OutgoingMessage, host: string): PagerDutyEvent[] {
  if (body.kind === 'test') {
    return [
      {
        event_action: 'trigger',
        dedup_key: id,
        payload: {
          ...{ summary: cut(body.title, MAX_SUMMARY), source: host, severity: 'info', class: 'test' },
          timestamp: isoTime(createdMs),
        },
      },
      { event_action: 'resolve', dedup_key: id },
    ];
  }
  return body.alerts.map((alert): PagerDutyEvent => {
    const dedup_key = dedupKey(alert.key);
    if (alert.status === 'resolved') return { event_action: 'resolve', dedup_key };
    if (body.kind === 'acknowledged') return { event_action: 'acknowledge', dedup_key };
    return trigger(alert, dedup_key, body, host);
  });
}

function trigger(alert: NotifiedAlert, dedup_key: string, body: NotificationBody, host: string): PagerDutyEvent {
  const { labels, runbookUrl, name, severity, headline, startedMs } = alert;
  const links = [
    ...(body.link === null ? [] : [{ href: body.link, text: 'Dashboard' }]),
    ...(runbookUrl === null ? [] : [{ href: runbookUrl, text: 'Runbook' }]),
  ];
  return {
    event_action: 'trigger',
    dedup_key,
    client: 'soakd',
    ...(body.link === null ? {} : { client_url: body.link }),
    ...(links.length === 0 ? {} : { links }),
    payload: {
      summary: cut(headline, MAX_SUMMARY),
      source: labels.target ?? host,
      severity: SEVERITIES[severity],
      timestamp: isoTime(startedMs),
      ...(labels.series === undefined ? {} : { component: labels.series }),
      ...(labels.profile === undefined ? {} : { group: labels.profile }),
      class: name,
      custom_details: detailsOf(alert),
    },
  };
}

/** Facts of one name go together, in order. */
function detailsOf({ facts, labels }: NotifiedAlert): Record<string, string> {
  const details: Record<string, string> = {};
  for (const { name, text } of facts) details[name] = details[name] === undefined ? text : `${details[name]}\n${text}`;
  for (const [name, value] of Object.entries(labels)) details[`label ${name}`] = value;
  return details;
}

/** Stable for an alert; a longer key than PagerDuty takes is told by its digest. */
export const dedupKey = (key: string): string => (key.length <= MAX_KEY ? key : `soakd-${digestOf(key)}`);
