import { createTask, parse, validateDetailed } from 'node-cron';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import { HOUR_MS, MINUTE_MS } from '../base/zone.ts';
import type { CronRule } from '../model/schedule.ts';

/**
 * Reads a cron expression of five fields. node-cron decides which expressions there are and on which days one holds, names,
 * ranges, `L`, `15W` and `tue#2` included; day of month and day of week must both hold. What becomes of a time that the
 * clocks leave out or repeat is decided in starts.ts, because node-cron leaves such a start out.
 */
export function parseCron(input: unknown): Parsed<CronRule> {
  const example = 'write minute, hour, day of month, month and day of week, for example "0 8 * * sat"';
  if (typeof input !== 'string') return unreadable(`${quote(input)} is not a cron expression`, example);
  const text = input.trim();
  const { valid, errors } = validateDetailed(text);
  if (!valid) {
    const why = errors.map(({ field, message }) => (field === 'expression' ? message : `${message} (${field})`));
    return unreadable(`${quote(input)} is not a cron expression: ${[...new Set(why)].join(', ')}`, example);
  }
  const { second, minute, hour } = parse(text);
  if (text.split(/\s+/).length === 6 && (second.length > 1 || second[0] !== 0)) {
    return unreadable(`${quote(input)} names seconds`, 'a start has minutes: leave the first of the six fields out');
  }
  const timesOfDayMs = hour
    .flatMap((hours) => minute.map((minutes) => hours * HOUR_MS + minutes * MINUTE_MS))
    .toSorted((a, b) => a - b);
  // A task that is never started: only its calendar is asked.
  const task = createTask(text, () => undefined, { timezone: 'UTC' });
  void task.destroy();
  const [firstMs = 0] = timesOfDayMs;
  return parsed({
    text,
    timesOfDayMs,
    matchesDay: (localMidnightMs) => task.match(new Date(localMidnightMs + firstMs)),
  });
}
