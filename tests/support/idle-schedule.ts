import type { ScheduleControl } from '../../src/duty/schedule-view.ts';

/** A daemon without a schedule, for tests of other things. */
export const idleSchedule: ScheduleControl = {
  view: () => ({ file: null, nowMs: 0, clockOffsetMs: 0, paused: false, entries: [], open: [], starts: [] }),
  history: () => Promise.resolve([]),
  figures: () => [],
  startNow: () => Promise.reject(new Error('there is no schedule')),
  pause: () => Promise.resolve(),
  resume: () => Promise.resolve(),
};
