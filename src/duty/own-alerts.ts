import type { AlertAction, AlertNews, AlertSeverity } from '../model/alert.ts';
import type { NewNotification } from '../model/notification.ts';

/** Something that is wrong with soakd itself, told by the part that noticed it. */
export interface OwnAlert {
  /** Name of a rule of the alerts file, which then says severity, action and runbook: `DidNotStart`. */
  name: string;
  /** Tell one such trouble from another of the same name: `{ entry: 'weekly' }`. */
  labels: Readonly<Record<string, string>>;
  /** What happened, in one sentence. */
  evidence: string;
  /** Where the file has no such rule: warning and notify unless told. */
  severity?: AlertSeverity;
  action?: AlertAction;
}

/** Alerts that follow from no run. Raising one that is raised already changes its evidence; nothing is told twice. */
export interface OwnAlerts {
  raise(alert: OwnAlert): Promise<void>;
  /** Over. Nothing happens when it was not raised. */
  resolve(name: string, labels: Readonly<Record<string, string>>, reason: string): Promise<void>;
}

/** Those who know what was raised before them, by a soakd that ended. */
export interface OwnAlertBook extends OwnAlerts {
  /** Labels that tell apart the open ones of a name, as they were raised. */
  raised(name: string): Promise<Readonly<Record<string, string>>[]>;
}

/** The messages that news of alerts make, to be stored in the transaction of the alerts themselves. Pure. */
export type MessagesFor = (news: readonly AlertNews[], nowMs: number) => NewNotification[];

/** Until channels are configured nobody is told. */
export const noMessages: MessagesFor = () => [];
