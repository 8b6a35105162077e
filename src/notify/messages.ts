/** What is put into the outbox when something is to be told. Pure: the same news gives the same messages with the same keys. */
import { digestOf } from '../base/digest.ts';
import { ALERT_SEVERITIES, type AlertAction, type AlertNews, type AlertSeverity } from '../model/alert.ts';
import type { NewNotification, NotificationBody, NotifiedAlert, RunResult } from '../model/notification.ts';
import type { NotifyConfig } from './config.ts';
import { isRehearsal, linkTo, notifiedAlert, startOf } from './describe.ts';
import { channelsFor, type Subject } from './route.ts';

/** The news of one kind that go to one channel together. */
interface Parcel {
  channel: string;
  group: string;
  kind: 'firing' | 'acknowledged' | 'resolved';
  news: AlertNews[];
}

/**
 * Messages for news of alerts, in the order of the news: one a channel, group and kind, or several where something else is told
 * of the same alert between. `key` names channel, group, alerts and how often each was told, so the same news are never stored
 * twice.
 */
export function messagesFor(news: readonly AlertNews[], config: NotifyConfig, nowMs: number): NewNotification[] {
  const parcels: Parcel[] = [];
  for (const one of news) {
    const { rule, labels } = one.alert;
    const kind = one.kind === 'again' ? 'firing' : one.kind;
    const subject: Subject = { about: 'alert', severity: rule.severity, action: rule.action, labels };
    const group = groupOf(labels, one.alert.runId, config.groupBy);
    for (const channel of channelsFor(subject, kind, config)) {
      const own = parcels.filter((parcel) => parcel.channel === channel && parcel.group === group);
      // Never before what was told of the same key: an end that comes after the next beginning would close that.
      const told = own.findLastIndex(({ news: earlier }) => earlier.some(({ alert }) => alert.key === one.alert.key));
      const open = own.findLast((parcel, at) => parcel.kind === kind && at >= told);
      if (open === undefined) parcels.push({ channel, group, kind, news: [one] });
      else open.news.push(one);
    }
  }
  return parcels.map((parcel) => notificationOf(parcel, config, nowMs));
}

function notificationOf({ channel, group, kind, news }: Parcel, config: NotifyConfig, nowMs: number): NewNotification {
  const told = news.map(({ alert, kind: each }) => {
    // Somebody may take over from somebody else, without anything told between.
    const which = each === 'acknowledged' ? (alert.acknowledged?.atMs ?? 0) : alert.toldCount;
    return `${alert.id} ${each} ${which}`;
  });
  const alerts = news.map(({ alert }) => notifiedAlert(alert, nowMs));
  const [first] = news;
  const runIds = new Set(news.map(({ alert }) => alert.runId));
  const runId = runIds.size === 1 ? (first?.alert.runId ?? null) : null;
  const link = linkTo(config.publicUrl, runId, first === undefined ? null : startOf(first.alert));
  return {
    key: `${channel} ${group} ${told.length === 1 ? told[0] : digestOf(told)}`,
    ...{ channel, group, createdMs: nowMs, dueMs: nowMs },
    body: alertsBody(kind, alerts, runId, link),
  };
}

/** The body of a message about alerts. */
export function alertsBody(
  kind: 'firing' | 'acknowledged' | 'resolved',
  alerts: readonly NotifiedAlert[],
  runId: string | null,
  link: string | null,
): NotificationBody {
  return {
    kind,
    severity: gravest(alerts),
    title: titleOf(kind, alerts),
    text: [...alerts.map(textOf), ...(link === null ? [] : [`Dashboard: ${link}`])].join('\n\n'),
    ...{ runId, link, alerts },
  };
}

const STATES = { firing: 'FIRING', acknowledged: 'ACKNOWLEDGED', resolved: 'RESOLVED' } as const;

function titleOf(kind: keyof typeof STATES, alerts: readonly NotifiedAlert[]): string {
  const [first] = alerts;
  const names = [...new Set(alerts.map(({ name }) => name))];
  const cut = alerts.flatMap(({ cutOff }) => cutOff ?? []);
  const state = cut.length === alerts.length && kind === 'resolved' ? 'NO LONGER WATCHED' : STATES[kind];
  const head = `${alerts.length > 0 && alerts.every(isRehearsal) ? '[REHEARSAL] ' : ''}[${state}]`;
  const about = new Set(alerts.map(({ labels }) => labels.profile ?? labels.run ?? 'soakd'));
  const where = about.size === 1 ? ` – ${[...about].join('')}` : '';
  if (alerts.length === 1 && first !== undefined)
    return `${head} ${first.severity}: ${first.name}${where}${whyCut(cut)}`;
  const shown = names.length > 4 ? `${names.slice(0, 4).join(', ')}, …` : names.join(', ');
  return `${head} ${alerts.length} alerts: ${shown}${where}${whyCut(cut)}`;
}

/** An end that is none: the condition was not seen to be over. */
function whyCut(cut: readonly { reason: string; stillHeld: boolean }[]): string {
  if (cut.length === 0) return '';
  const held = cut.filter(({ stillHeld }) => stillHeld).length;
  const still = held === 0 ? '' : cut.length === 1 ? '; it still held' : `; ${held} still held`;
  return ` (${[...new Set(cut.map(({ reason }) => reason))].join('; ')}${still})`;
}

const textOf = ({ headline, facts, runbookUrl }: NotifiedAlert): string =>
  [
    headline,
    ...facts.map(({ name, text }) => `  ${name}: ${text}`),
    ...(runbookUrl === null ? [] : [`  Runbook: ${runbookUrl}`]),
  ].join('\n');

const gravest = (alerts: readonly NotifiedAlert[]): AlertSeverity =>
  ALERT_SEVERITIES.findLast((severity) => alerts.some((alert) => alert.severity === severity)) ?? 'info';

function groupOf(labels: Readonly<Record<string, string>>, runId: string | null, by: readonly string[]): string {
  const values = by.map((name) => labels[name] ?? (name === 'run' ? runId : null) ?? '');
  return values.every((value) => value === '') ? 'soakd' : values.join(' ');
}

/** What a run's end, or anything else that is no alert, has to say. */
export interface Word {
  /** Unique for what is said: `summary 20261121T120000Z-3f9a`. */
  key: string;
  runId: string | null;
  severity: AlertSeverity;
  action: AlertAction;
  /** What routes look at beside severity and action: `run`, `profile`, `target`. */
  labels: Readonly<Record<string, string>>;
  /** One line. */
  title: string;
  /** Plain text, several lines. */
  text: string;
  /** What the link shows, Unix ms; null: the run as a whole. */
  atMs: number | null;
  result: RunResult | null;
}

/** Messages with the summary of a run, to every channel that routes give for it: `about: [summary]` in the configuration. */
export function messagesForSummary(word: Word, config: NotifyConfig, nowMs: number): NewNotification[] {
  const { key, runId, severity, action, labels, title, text, atMs, result } = word;
  const link = linkTo(config.publicUrl, runId, atMs);
  const full = link === null ? text : `${text}\n\nDashboard: ${link}`;
  const about: NotificationBody = { kind: 'summary', severity, title, text: full, runId, link, alerts: [] };
  const body = result === null ? about : { ...about, result };
  return routeBody(body, { about: 'summary', severity, action, labels }, key, config, nowMs);
}

/** The same body to every channel that routes give for the subject, under a key of its own each. */
export function routeBody(
  body: NotificationBody,
  subject: Subject,
  key: string,
  config: NotifyConfig,
  nowMs: number,
): NewNotification[] {
  const group = groupOf(subject.labels, body.runId, config.groupBy);
  return channelsFor(subject, body.kind, config).map((channel) => ({
    key: `${channel} ${group} ${key}`,
    ...{ channel, group, createdMs: nowMs, dueMs: nowMs, body },
  }));
}

/** What `soakd notify test` sends: it says that it is a test, and how it came to be. */
export function testBody(channel: string, publicUrl: string | null, host: string): NotificationBody {
  const link = linkTo(publicUrl, null, null);
  return {
    kind: 'test',
    severity: 'info',
    title: `[TEST] soakd on ${host} can reach the channel ${channel}`,
    text: `Somebody ran \`soakd notify test\`. Nothing is wrong, and nothing needs to be done.${link === null ? '' : `\n\nDashboard: ${link}`}`,
    runId: null,
    link,
    alerts: [],
  };
}
