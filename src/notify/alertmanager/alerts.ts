import { isoTime } from '../../base/iso-time.ts';
import type { NotificationBody, NotifiedAlert } from '../../model/notification.ts';

/** As `postableAlert` of Alertmanager's openapi.yaml. */
export interface PostableAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  generatorURL?: string;
}

const TEST_LASTS_MS = 60_000;

/** What Alertmanager is sent at `nowMs`; what fires holds for `lastsMs` unless it is sent again. */
export function postableAlerts(body: NotificationBody, nowMs: number, lastsMs: number): PostableAlert[] {
  const link = body.link === null ? {} : { generatorURL: body.link };
  if (body.kind === 'test') {
    return [
      {
        labels: { alertname: 'SoakdTest', severity: 'info' },
        annotations: { summary: body.title, description: body.text },
        startsAt: isoTime(nowMs),
        endsAt: isoTime(nowMs + TEST_LASTS_MS),
        ...link,
      },
    ];
  }
  return body.alerts.map((alert) => {
    const { startedMs, status, resolvedMs } = alert;
    // An end in the future is none to Alertmanager: it would keep the later one that it was told while the alert fired.
    const endsMs = status === 'resolved' ? Math.min(resolvedMs ?? nowMs, nowMs) : nowMs + lastsMs;
    return {
      labels: labelsOf(alert),
      annotations: annotationsOf(alert),
      startsAt: isoTime(Math.min(startedMs, endsMs)),
      endsAt: isoTime(endsMs),
      ...link,
    };
  });
}

/** The identity of an alert there: names as Prometheus takes them, no empty values. */
function labelsOf({ name, severity, labels }: NotifiedAlert): Record<string, string> {
  const found = Object.entries({ severity, ...labels, alertname: name })
    .filter(([, value]) => value !== '')
    .map(([label, value]) => [label.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_'), value]);
  return Object.fromEntries(found);
}

function annotationsOf({ headline, facts, runbookUrl }: NotifiedAlert): Record<string, string> {
  return {
    summary: headline,
    description: facts.map(({ name, text }) => `${name}: ${text}`).join('\n'),
    ...(runbookUrl === null ? {} : { runbook_url: runbookUrl }),
  };
}
