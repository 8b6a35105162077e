import { SoakdError } from '../../src/base/errors.ts';
import type { ScheduleControl } from '../../src/duty/schedule-view.ts';

/** A daemon without a schedule, for tests of other things. */
export const idleSchedule: ScheduleControl = {
  view: () => ({
    file: null,
    nowMs: 0,
    clockOffsetMs: 0,
    paused: false,
    entries: [],
    open: [],
    starts: [],
    truncated: false,
  }),
  history: () => Promise.resolve([]),
  figures: () => [],
  startNow: (entry) =>
    Promise.reject(new SoakdError(`there is no ${entry}`, { code: 'entry_unknown', hint: 'look', httpStatus: 404 })),
  pause: () => Promise.resolve(),
  resume: () => Promise.resolve(),
};
