/** The rows of starts and what is open of them, in step: whatever changes is stored first, then known, then told. */
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { isoTime } from '../base/iso-time.ts';
import type { ScheduledStart, ScheduleEntry, StartOutcome } from '../model/schedule.ts';
import type { SoakLog } from '../soak/context.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { OwnAlerts } from './own-alerts.ts';
import type { ScheduleRecord } from './schedule-record.ts';

/** What a start did: for its row. */
export interface StartMade {
  /** Null: it was a request. */
  runId: string | null;
  reason: string;
}

/** A start that is neither done nor given up. */
export interface OpenStart {
  entry: ScheduleEntry;
  dueMs: number;
  /** As stored; null: nobody has claimed it yet. */
  row: ScheduledStart | null;
  /** Next look at it. */
  lookMs: number;
  attempts: number;
  failure: string | null;
  /** It is done, and its row does not say so yet. */
  made: StartMade | null;
  /** Later starts of the same entry are due as well: it is given up for them. */
  overtaken: boolean;
}

export interface LedgerPorts {
  clock: Clock;
  duty: Pick<DutyStore, 'settleStart' | 'resettleStart'>;
  alerts: OwnAlerts;
  log: SoakLog;
}

export class StartLedger {
  readonly record: ScheduleRecord;
  /** Neither done nor given up. */
  open: OpenStart[] = [];
  readonly #ports: LedgerPorts;

  constructor(record: ScheduleRecord, ports: LedgerPorts) {
    this.record = record;
    this.#ports = ports;
  }

  /** Stores that a start is open. When somebody settled it before, it is nobody's business any more. */
  async claim(start: OpenStart, outcome: 'starting' | 'delayed', reason: string): Promise<void> {
    const { duty, clock } = this.#ports;
    const row = rowOf(start, outcome, clock.now(), reason);
    if (start.row === null) {
      if (!(await duty.settleStart(row))) return;
      this.open.push(start);
    } else {
      await duty.resettleStart(row);
    }
    start.row = row;
    this.record.put(row);
    this.#ports.log.info({ entry: row.entry, due: isoTime(row.dueMs), reason }, `a scheduled start is ${outcome}`);
  }

  /** Stores what became of a start, and tells it. Null when somebody settled it before. */
  async close(
    start: OpenStart,
    outcome: StartOutcome,
    reason: string,
    runId: string | null = null,
    alerts = outcome === 'missed' || outcome === 'refused',
  ): Promise<ScheduledStart | null> {
    const { duty, clock } = this.#ports;
    const row = rowOf(start, outcome, clock.now(), reason, runId);
    if (start.row !== null) await duty.resettleStart(row);
    else if (!(await duty.settleStart(row))) return null;
    start.row = row;
    this.open = this.open.filter((other) => other !== start);
    this.record.put(row);
    await this.#tell(row, alerts);
    return row;
  }

  async #tell(row: ScheduledStart, alerts: boolean): Promise<void> {
    const { log, alerts: own } = this.#ports;
    const fields = { entry: row.entry, due: isoTime(row.dueMs), run: row.runId, reason: row.reason };
    log[alerts ? 'error' : 'info'](fields, `a scheduled start is ${row.outcome}`);
    const labels = { entry: row.entry };
    try {
      if (alerts) {
        const evidence = `${row.entry}, due ${isoTime(row.dueMs)}, is ${row.outcome}: ${row.reason}`;
        await own.raise({ name: 'DidNotStart', labels, evidence, severity: 'critical', action: 'page' });
      } else if (row.outcome === 'started' || row.outcome === 'absorbed') {
        await own.resolve('DidNotStart', labels, `${row.entry} is ${row.outcome}`);
      }
    } catch (thrown) {
      log.error({ ...fields, trouble: describeError(thrown) }, 'what became of a scheduled start could not be told');
    }
  }
}

/** One that has just become due. */
export const newStart = (entry: ScheduleEntry, dueMs: number): OpenStart => ({
  ...{
    entry,
    dueMs,
    row: null,
    lookMs: Number.NEGATIVE_INFINITY,
    attempts: 0,
    failure: null,
    made: null,
    overtaken: false,
  },
});

/** What became of it, as a row. */
export const rowOf = (
  { entry, dueMs }: OpenStart,
  outcome: StartOutcome,
  atMs: number,
  reason: string,
  runId: string | null = null,
): ScheduledStart => ({ entry: entry.name, dueMs, outcome, atMs, runId, reason });

/** In the order in which they have their turn. */
export const byDue = (a: OpenStart, b: OpenStart): number => a.dueMs - b.dueMs || a.entry.order - b.entry.order;
