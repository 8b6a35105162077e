import type { Database, Statement } from 'better-sqlite3';
import type { AlertCommit, DutyStore } from '../duty-store.ts';
import { AlertTable } from './alert-table.ts';
import { BaselineTable } from './baseline-table.ts';
import { OutboxTable } from './outbox-table.ts';
import { ScheduleTable } from './schedule-table.ts';
import { Transactions } from './transactions.ts';

/** Rows about duty, in the same file as those of runs, over a connection of their own. */
export class SqliteDutyStore implements DutyStore {
  readonly file: string;
  readonly #db: Database;
  readonly #transactions: Transactions;
  readonly #alerts: AlertTable;
  readonly #outbox: OutboxTable;
  readonly #schedule: ScheduleTable;
  readonly #baselines: BaselineTable;
  readonly #note: Statement<[string], { body: string }>;
  readonly #putNote: Statement<[string, string]>;

  /** The database is open and up to date. */
  constructor(db: Database, file: string) {
    this.file = file;
    this.#db = db;
    this.#transactions = new Transactions(db, file);
    this.#alerts = new AlertTable(db);
    this.#outbox = new OutboxTable(db);
    this.#schedule = new ScheduleTable(db);
    this.#baselines = new BaselineTable(db);
    this.#note = db.prepare('SELECT body FROM note WHERE key = ?');
    this.#putNote = db.prepare('INSERT OR REPLACE INTO note (key, body) VALUES (?, ?)');
  }

  commitAlerts({ alerts, transitions, notifications, notes = {} }: AlertCommit): Promise<void> {
    return this.#transactions.write(() => {
      for (const alert of alerts) this.#alerts.put(alert);
      for (const transition of transitions) this.#alerts.addTransition(transition);
      for (const notification of notifications) this.#outbox.add(notification);
      for (const [key, value] of Object.entries(notes)) this.#putNote.run(key, JSON.stringify(value));
    });
  }
  alert: DutyStore['alert'] = (id) => this.#transactions.read(() => this.#alerts.get(id));
  alerts: DutyStore['alerts'] = (query) => this.#transactions.read(() => this.#alerts.list(query));
  alertTransitions: DutyStore['alertTransitions'] = (id) => this.#transactions.read(() => this.#alerts.transitions(id));
  putSilence: DutyStore['putSilence'] = (silence) => this.#transactions.write(() => this.#alerts.putSilence(silence));
  silences: DutyStore['silences'] = (options) => this.#transactions.read(() => this.#alerts.silences(options?.atMs));

  enqueue: DutyStore['enqueue'] = (notifications) =>
    this.#transactions.write(() => {
      for (const notification of notifications) this.#outbox.add(notification);
    });
  outbox: DutyStore['outbox'] = ({ channel, limit }) =>
    this.#transactions.read(() => this.#outbox.waiting(channel, limit));
  outboxSizes: DutyStore['outboxSizes'] = () => this.#transactions.read(() => this.#outbox.sizes());
  notifications: DutyStore['notifications'] = (options) => this.#transactions.read(() => this.#outbox.newest(options));
  putNotification: DutyStore['putNotification'] = (delivery) =>
    this.#transactions.write(() => this.#outbox.put(delivery));

  settleStart: DutyStore['settleStart'] = (start) => this.#transactions.write(() => this.#schedule.settle(start));
  resettleStart: DutyStore['resettleStart'] = (start) => this.#transactions.write(() => this.#schedule.change(start));
  scheduledStarts: DutyStore['scheduledStarts'] = (options) =>
    this.#transactions.read(() => this.#schedule.list(options));

  putBaseline: DutyStore['putBaseline'] = (baseline) => this.#transactions.write(() => this.#baselines.put(baseline));
  removeBaseline: DutyStore['removeBaseline'] = (profile, name) =>
    this.#transactions.write(() => this.#baselines.remove(profile, name));
  baselines: DutyStore['baselines'] = (profile) => this.#transactions.read(() => this.#baselines.list(profile));

  note: DutyStore['note'] = (key) =>
    this.#transactions.read((): unknown => {
      const row = this.#note.get(key);
      return row === undefined ? null : JSON.parse(row.body);
    });
  putNote(key: string, value: unknown): Promise<void> {
    return this.#transactions.write(() => {
      this.#putNote.run(key, JSON.stringify(value));
    });
  }
  appendNote(key: string, entry: unknown, most: number): Promise<void> {
    return this.#transactions.write(() => {
      const row = this.#note.get(key);
      const known: unknown = row === undefined ? [] : JSON.parse(row.body);
      this.#putNote.run(key, JSON.stringify([...(Array.isArray(known) ? known : []), entry].slice(-most)));
    });
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
