/** The schedule as it is shown: entries, what is open, and the timetable of the next days. */
import type { ScheduledStart, ScheduleEntry } from '../model/schedule.ts';
import { lengthOf, type OngoingRun, type TimetableRow } from '../schedule/timetable.ts';
import type { RunControl } from '../soak/control.ts';
import type { ScheduleCalendar } from './schedule-calendar.ts';
import { EVERYTHING } from './schedule-memory.ts';

export interface EntryView {
  name: string;
  cron: string;
  timezone: string;
  weekOfMonth: number | null;
  profile: string | null;
  /** `GET /health`; null: it is a run. */
  request: string | null;
  targetUrl: string | null;
  onConflict: ScheduleEntry['onConflict'];
  lengthMs: number;
  rehearseMs: number | null;
  lateLimitMs: number;
  delayLimitMs: number;
  enabled: boolean;
  paused: boolean;
  nextDueMs: number | null;
  last: ScheduledStart | null;
}

export interface StartView {
  entry: string;
  timezone: string;
  dueMs: number;
  outcome: TimetableRow['outcome'];
  reason: string;
  startMs: number | null;
  endMs: number | null;
}

export interface ScheduleView {
  /** null: none is configured. */
  file: string | null;
  nowMs: number;
  /** So much is the schedule's clock ahead of the real one: a rehearsal of the schedule. */
  clockOffsetMs: number;
  paused: boolean;
  entries: EntryView[];
  /** Claimed and being tried, or waiting for their target. */
  open: ScheduledStart[];
  /** What would become of the starts to come: the first `MOST_STARTS` of them. */
  starts: StartView[];
  /** More are due in this time than `starts` holds. */
  truncated: boolean;
}

/** What metrics tell of an entry. */
export interface EntryFigures {
  entry: string;
  /** null: paused, not enabled, or never again. */
  nextDueMs: number | null;
  last: ScheduledStart | null;
  lastStartedMs: number | null;
  /** Starts that were missed or refused. */
  missed: number;
}

/** What the HTTP API may do with the schedule. Rejections are SoakdErrors. */
export interface ScheduleControl {
  view(aheadMs: number): ScheduleView;
  history(query: { entry?: string; limit: number }): Promise<ScheduledStart[]>;
  figures(): EntryFigures[];
  /** Starts an entry now, whatever its conflicts, limits and pauses; refused like any start. */
  startNow(name: string, who: string): Promise<ScheduledStart>;
  /** null: everything. */
  pause(name: string | null, who: string): Promise<void>;
  resume(name: string | null, who: string): Promise<void>;
}

/** A look ahead blocks whatever else the daemon does, so it has an end: an entry of each minute is due half a million times a year. */
export const MOST_STARTS = 500;

interface Kept {
  calendar: ScheduleCalendar;
  paused: readonly string[];
  open: readonly ScheduledStart[];
  last(entry: string): ScheduledStart | null;
}

/** The view at `nowMs`, `aheadMs` far into the time to come. */
export function scheduleView(
  { calendar, paused, open, last }: Kept,
  { nowMs, aheadMs, ongoing }: { nowMs: number; aheadMs: number; ongoing: readonly OngoingRun[] },
): ScheduleView {
  const everything = paused.includes(EVERYTHING);
  const rows = calendar.timetable(nowMs, nowMs + aheadMs, paused, ongoing, MOST_STARTS + 1);
  return {
    file: calendar.loaded?.file ?? null,
    nowMs,
    clockOffsetMs: calendar.offsetMs,
    paused: everything,
    entries: calendar.entries.map((entry) => ({
      name: entry.name,
      cron: entry.cron.text,
      timezone: entry.timezone,
      weekOfMonth: entry.weekOfMonth,
      ...workView(entry),
      targetUrl: entry.targetUrl,
      onConflict: entry.onConflict,
      lengthMs: lengthOf(entry),
      lateLimitMs: entry.lateLimitMs,
      delayLimitMs: entry.delayLimitMs,
      enabled: entry.enabled,
      paused: everything || paused.includes(entry.name),
      nextDueMs: calendar.nextDue(entry, nowMs),
      last: last(entry.name),
    })),
    open: [...open],
    starts: rows.slice(0, MOST_STARTS).map(({ entry, dueMs, outcome, reason, startMs, endMs }) => ({
      ...{ entry: entry.name, timezone: entry.timezone, dueMs, outcome, reason, startMs, endMs },
    })),
    truncated: rows.length > MOST_STARTS,
  };
}

const workView = ({ work }: ScheduleEntry): Pick<EntryView, 'profile' | 'request' | 'rehearseMs'> =>
  work.kind === 'run'
    ? { profile: work.profile, request: null, rehearseMs: work.rehearseMs }
    : { profile: null, request: `${work.method} ${work.path}`, rehearseMs: null };

/** Live runs: each has its target already. */
export const ongoingRuns = (
  control: Pick<RunControl, 'live' | 'status'>,
  entryOf: (runId: string) => string | null,
): OngoingRun[] =>
  control.live().flatMap((runId) => {
    const status = control.status(runId);
    if (status === null) return [];
    const { targetUrl, endMs } = status;
    return [{ targetUrl, what: entryOf(runId) ?? `run ${runId}`, endMs }];
  });
