/** The schedule for people. */
import { formatDuration } from '../base/duration.ts';
import { isoTime } from '../base/iso-time.ts';
import { clockText, DAY_MS, MINUTE_MS, offsetAt } from '../base/zone.ts';
import type { EntryView, ScheduleView, StartView } from '../duty/schedule-view.ts';
import type { ScheduledStart } from '../model/schedule.ts';
import { type Collision, lengthText } from '../schedule/collisions.ts';
import { table } from './table.ts';

/** `Sat 2026-11-28 07:30 UTC` in a zone, which is named. */
export function zonedText(atMs: number, timezone: string): string {
  const localMs = atMs + offsetAt(timezone, atMs);
  const [weekday = '', time = ''] = clockText(localMs).split(' ');
  return `${weekday} ${isoTime(localMs).slice(0, 10)} ${time} ${timezone}`;
}

const length = (ms: number): string => formatDuration(Math.max(MINUTE_MS, Math.round(ms / MINUTE_MS) * MINUTE_MS));

const OUTCOMES: Record<StartView['outcome'], string> = {
  start: 'starts',
  absorb: 'absorbed',
  skip: 'skipped',
  missed: 'missed',
  blackout: 'blackout',
  paused: 'paused',
  waits: 'waits',
};

/** What is to come, as a table; what is open and what is unusual before it. At most `most` starts, and how many more there are. */
export function scheduleText(view: ScheduleView, days: number, most = Infinity): string {
  if (view.file === null) return 'no schedule is configured: schedule.file in the configuration of the daemon\n';
  const lines: string[] = [];
  if (view.clockOffsetMs > 0) {
    const ahead = formatDuration(view.clockOffsetMs);
    lines.push(`REHEARSAL OF THE SCHEDULE: its clock is ${ahead} ahead; times below are real ones`);
  }
  if (view.paused) lines.push('the whole schedule is paused: `soakd schedule resume`');
  for (const entry of view.entries) if (entry.paused && !view.paused) lines.push(`${entry.name} is paused`);
  for (const { entry, outcome, reason } of view.open) lines.push(`${entry} is ${outcome}: ${reason}`);
  if (lines.length > 0) lines.push('');
  const byName = new Map(view.entries.map((entry) => [entry.name, entry]));
  const rows = view.starts.slice(0, most).map((start) => startCells(start, byName.get(start.entry)));
  if (rows.length > 0) lines.push(table([['due', 'entry', 'starts', 'length', 'then'], ...rows]));
  else lines.push(`nothing is due within ${days === 1 ? 'a day' : `${days} days`}`);
  const more = moreText(view, rows.length);
  if (more !== null) lines.push('', more);
  return `${lines.join('\n')}\n`;
}

function moreText({ starts, truncated }: ScheduleView, shown: number): string | null {
  const hidden = starts.length - shown;
  if (hidden === 0 && !truncated) return null;
  const tail = truncated ? `; the daemon looks no further than ${starts.length} starts` : '';
  if (hidden === 0) return `and more${tail}`;
  return `and ${truncated ? 'more than ' : ''}${hidden} more: \`soakd schedule next --all\`${tail}`;
}

function startCells(start: StartView, entry: EntryView | undefined): string[] {
  const { dueMs, startMs, outcome, reason, timezone } = start;
  const then = outcome === 'start' && startMs === dueMs ? '' : `${OUTCOMES[outcome]}: ${reason}`;
  const begins =
    startMs !== null && startMs !== dueMs && outcome === 'start' ? `${zonedText(startMs, timezone)}, ` : '';
  return [
    zonedText(dueMs, timezone),
    start.entry,
    entry === undefined ? '' : whatText(entry),
    entry === undefined ? '' : length(entry.lengthMs),
    `${begins}${then}`,
  ];
}

const whatText = ({ profile, request, rehearseMs }: EntryView): string =>
  profile === null ? (request ?? '') : `${profile}${rehearseMs === null ? '' : ' (rehearsal)'}`;

/** What became of starts, newest first. */
export const historyText = (starts: readonly ScheduledStart[]): string =>
  starts.length === 0
    ? 'nothing was due yet\n'
    : `${table([
        ['due', 'entry', 'outcome', 'run', 'why'],
        ...starts.map(({ entry, dueMs, outcome, runId, reason }) => [
          isoTime(dueMs).slice(0, 19).replace('T', ' '),
          ...[entry, outcome, runId ?? '', reason],
        ]),
      ])}\n`;

/** One collision with both sides, how it is settled, and its dates; those that are not settled each on a line. */
export function collisionText({ first, second, dates }: Collision): string[] {
  const open = dates.filter(({ problem }) => problem !== null);
  const sides = `${second.name} (${lengthText(second)}) is due while ${first.name} (${lengthText(first)}) has the target`;
  const [next] = open.length > 0 ? open : dates;
  if (next === undefined) return [];
  const count = dates.length === 1 ? 'once' : `${dates.length} times`;
  const at = zonedText(next.dueMs, second.timezone);
  const held = `${zonedText(next.firstFromMs, first.timezone)} until ${zonedText(next.firstUntilMs, first.timezone)}`;
  const lines = [
    `${open.length > 0 ? 'NOT SETTLED' : 'settled'}: ${sides}: ${count}, ${open.length > 0 ? 'for example' : 'first'} ${at}; ${first.name} has it from ${held}`,
  ];
  if (open.length > 0) lines.push(`    ${open[0]?.problem}${open.length > 1 ? `, and so ${open.length} times` : ''}`);
  else lines.push(`    ${settledText(dates)}`);
  return lines;
}

/** How often it comes out in which way. */
function settledText(dates: Collision['dates']): string {
  const ways = new Map<string, number>();
  for (const { outcome, startMs, dueMs } of dates) {
    const delayed = outcome === 'start' && startMs !== null;
    const way = delayed ? `delayed by ${delayOf(startMs - dueMs)}` : OUTCOMES[outcome];
    ways.set(way, (ways.get(way) ?? 0) + 1);
  }
  return [...ways].map(([way, count]) => (ways.size === 1 ? way : `${way} ${count}×`)).join(', ');
}

const delayOf = (ms: number): string => (ms >= DAY_MS && ms % DAY_MS === 0 ? `${ms / DAY_MS}d` : length(ms));
