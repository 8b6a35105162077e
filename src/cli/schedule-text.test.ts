import { describe, expect, it } from 'vitest';
import type { ScheduleView } from '../duty/schedule-view.ts';
import { scheduleText } from './schedule-text.ts';

const FROM_MS = Date.parse('2026-11-21T00:00:00Z');

const viewOf = (count: number, truncated: boolean): ScheduleView => ({
  ...{ file: 'schedule.yaml', nowMs: FROM_MS, clockOffsetMs: 0, paused: false, entries: [], open: [], truncated },
  starts: Array.from({ length: count }, (_, minute) => ({
    ...{ entry: 'busy', timezone: 'UTC', outcome: 'start' as const, reason: 'on time' },
    ...{ dueMs: FROM_MS + minute * 60_000, startMs: FROM_MS + minute * 60_000, endMs: null },
  })),
});

describe('the schedule for people', () => {
  it('shows a screenful, and says how many more starts there are', () => {
    const text = scheduleText(viewOf(90, false), 7, 40);
    expect(text.match(/busy/g)).toHaveLength(40);
    expect(text).toMatch(/\nand 50 more: `soakd schedule next --all`\n$/);
    expect(scheduleText(viewOf(40, false), 7, 40)).not.toContain('more');
  });

  it('says when even the daemon looked at no more', () => {
    expect(scheduleText(viewOf(500, true), 7, 40)).toContain(
      'and more than 460 more: `soakd schedule next --all`; the daemon looks no further than 500 starts',
    );
    expect(scheduleText(viewOf(500, true), 7)).toContain('and more; the daemon looks no further than 500 starts');
  });
});
