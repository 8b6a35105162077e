/** What the scheduler remembers across restarts, beside the rows of starts: since when it has looked after each entry, and what is paused. */
import { z } from 'zod';
import type { ScheduleEntry } from '../model/schedule.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { ScheduleCalendar } from './schedule-calendar.ts';

const SEEN = 'schedule.seen';
const PAUSED = 'schedule.paused';

const seenSchema = z.object({
  atMs: z.number(),
  offsetMs: z.number(),
  /** Rule of each entry that was looked after then. */
  rules: z.record(z.string(), z.string()),
});

const pausedSchema = z.array(z.string());

/** In the list of what is paused: everything. */
export const EVERYTHING = '*';

/** Another rule is another entry: what it would have started before nobody has wanted yet. */
const ruleOf = ({ cron, timezone, weekOfMonth, enabled }: ScheduleEntry): string =>
  `${cron.text} | ${timezone} | ${weekOfMonth ?? 'any week'} | ${enabled ? 'on' : 'off'}`;

const rulesOf = (entries: readonly ScheduleEntry[]): Record<string, string> =>
  Object.fromEntries(entries.map((entry) => [entry.name, ruleOf(entry)]));

/**
 * Since when each entry has been looked after: the last look of the soakd before, so that what was due meanwhile is late or
 * missed; now for one that is new, has another rule, or whose clock was moved.
 */
export async function lookedAfterSince(
  duty: Pick<DutyStore, 'note'>,
  calendar: ScheduleCalendar,
  nowMs: number,
): Promise<Map<string, number>> {
  const { data: seen } = seenSchema.safeParse(await duty.note(SEEN));
  return new Map(
    calendar.entries.map((entry) => {
      const known = seen?.offsetMs === calendar.offsetMs && seen.rules[entry.name] === ruleOf(entry);
      return [entry.name, known ? Math.min(seen.atMs, nowMs) : nowMs];
    }),
  );
}

/** Everything that was due until `atMs` has a row. */
export const rememberLook = (
  duty: Pick<DutyStore, 'putNote'>,
  calendar: ScheduleCalendar,
  atMs: number,
): Promise<void> => duty.putNote(SEEN, { atMs, offsetMs: calendar.offsetMs, rules: rulesOf(calendar.entries) });

/** Names of entries, or `EVERYTHING`. */
export async function pausedEntries(duty: Pick<DutyStore, 'note'>): Promise<string[]> {
  return pausedSchema.safeParse(await duty.note(PAUSED)).data ?? [];
}

export const rememberPaused = (duty: Pick<DutyStore, 'putNote'>, paused: readonly string[]): Promise<void> =>
  duty.putNote(PAUSED, paused);
