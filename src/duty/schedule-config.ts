/** Section `schedule` of the daemon's configuration. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { checkTargetUrl } from '../config/target.ts';
import { duration, nonEmptyText, value } from '../config/value.ts';

const DAY_MS = 86_400_000;

export interface ScheduleConfig {
  /** Absolute. */
  file: string;
  /** Of entries for which neither the schedule nor the profile names one. */
  targetUrl: string | null;
  /** So much is the schedule's clock ahead of the real one. 0: not at all. */
  clockOffsetMs: number;
}

export const scheduleConfigSchema = z
  .strictObject({
    file: nonEmptyText('what is started when, as in config/schedule.yaml; relative to this file'),
    target: value(checkTargetUrl, {
      type: 'string',
      description:
        'base address of what is soaked, for entries for which neither the schedule nor the profile names one',
      examples: ['http://shop.staging.example:8080'],
    }).optional(),
    clock_offset: duration('the schedule looks so far ahead: only to rehearse a schedule', {
      minMs: 0,
      maxMs: 400 * DAY_MS,
      example: '5d3h',
    }).optional(),
  })
  .describe('what starts by itself');

/** null: nothing starts by itself. */
export const resolveScheduleConfig = (
  given: z.output<typeof scheduleConfigSchema> | undefined,
  folder: string,
): ScheduleConfig | null =>
  given === undefined
    ? null
    : {
        file: resolve(folder, given.file),
        targetUrl: given.target ?? null,
        clockOffsetMs: given.clock_offset ?? 0,
      };
