import type { AlertAction, AlertSeverity } from '../model/alert.ts';
import { matchesLabels } from '../model/label-match.ts';
import type { NotificationKind } from '../model/notification.ts';
import type { NotifyConfig, Route, Routed } from './config.ts';
import { pluginOf } from './registry.ts';

/** What a route looks at. */
export interface Subject {
  about: Routed;
  severity: AlertSeverity;
  action: AlertAction;
  labels: Readonly<Record<string, string>>;
}

/** Names of the channels that are told, in the order of the configuration and each once, of those that take the kind. */
export function channelsFor(subject: Subject, kind: NotificationKind, config: NotifyConfig): string[] {
  const named = new Set<string>();
  let taken = false;
  for (const route of config.routes) {
    if (!fits(route, subject)) continue;
    taken = true;
    for (const channel of route.channels) named.add(channel);
    if (!route.goesOn) break;
  }
  // What is only to be kept on record is told to nobody who did not ask for it.
  if (!taken && subject.action === 'note') return [];
  const known = Object.entries(config.channels);
  const wanted = taken ? named : new Set(config.otherwise ?? known.map(([name]) => name));
  return known.flatMap(([name, { kind: channel }]) =>
    wanted.has(name) && pluginOf(channel).takes.includes(kind) ? [name] : [],
  );
}

function fits({ about, severity, action, labels }: Route, subject: Subject): boolean {
  if (about !== null && !about.includes(subject.about)) return false;
  if (severity !== null && !severity.includes(subject.severity)) return false;
  if (action === null ? subject.action === 'note' : !action.includes(subject.action)) return false;
  return matchesLabels(labels, subject.labels);
}
