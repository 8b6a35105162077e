import type { FastifyBaseLogger } from 'fastify';
import type { Clock } from '../base/clock.ts';
import type { SelfUsage } from '../base/self-usage.ts';
import type { AlertDesk } from '../duty/alert-watch.ts';
import type { ChannelHealth } from '../duty/deliver/channel-condition.ts';
import type { TestResult } from '../duty/deliver/delivery.ts';
import type { HeartbeatHealth } from '../duty/heartbeat.ts';
import type { ScheduleControl } from '../duty/schedule-view.ts';
import type { RunComparison } from '../model/comparison.ts';
import type { StoreHealth } from '../soak/context.ts';
import type { RunControl } from '../soak/control.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';
import type { AccessRules } from './access.ts';
import type { PageFile } from './page.ts';

export const REPORT_FORMATS = ['md', 'summary', 'html', 'json', 'junit'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What a request may start. */
export interface StartableProfiles {
  /** Names of the operator's own profiles, in order. */
  names(): string[];
  /** One of them. Throws a SoakdError: `profile_unknown`, `profile_unreadable`. */
  read(name: string): { source: string; file: string };
  /** May a request send a profile of its own? */
  inlineAllowed(): boolean;
}

/** All that the HTTP API needs from outside. */
export interface ApiPorts {
  control: RunControl;
  store: Store;
  duty: DutyStore;
  /** What people do about alerts. */
  alerts: AlertDesk;
  schedule: ScheduleControl;
  clock: Clock;
  log: FastifyBaseLogger;
  /** Those who take the outbox to people, and the heartbeat. */
  delivery: {
    health(): ChannelHealth[];
    heartbeat(): HeartbeatHealth;
    test(channel: string | null): Promise<TestResult[]>;
  };
  /** Asked for each request: a reload changes them. */
  access(): AccessRules;
  version: string;
  profiles: StartableProfiles;
  /** The report of a run that has a verdict; computed away from the event loop where that matters. */
  report(runId: string, format: ReportFormat): Promise<string>;
  /** Two runs that have a verdict held against each other; computed in the same way. */
  compare(before: string, after: string): Promise<RunComparison>;
  storeHealth(): StoreHealth;
  /** Rejects while the store takes no rows. */
  tryStore(): Promise<void>;
  selfUsage(): SelfUsage;
  /** Reads the configuration again. Rejects when it has mistakes, and nothing has changed then. */
  reload(): Promise<{ changed: string[]; needsRestart: string[] }>;
  /** The dashboard. */
  page: readonly PageFile[];
  /** Aborts when the daemon stops: streams end then. */
  stopping: AbortSignal;
}
