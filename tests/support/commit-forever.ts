/** A process that commits windows until it is killed, and says each offset once it is confirmed. */
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';
import { loadWindow, requestCell } from './load-window.ts';

const store = await openSqliteStore({ file: process.argv[2] ?? '', clock: systemClock });
let sequence = (await store.loadProcesses('r1'))[0]?.committedOffset ?? 0;
// Bounded, should nobody kill it.
while (sequence < 5_000) {
  // Three minutes apart: hours are packed on the way.
  const window = loadWindow({
    sequence,
    startMs: 1_790_000_000_000 + sequence * 180_000,
    requests: [requestCell([1, 2, 3]), requestCell([5, 8, 13, 21], { name: 'POST /' })],
  });
  const event = { atMs: window.startMs, kind: 'gap', severity: 'info' as const, message: 'gap', data: {} };
  sequence++;
  await store.commitWindows({ runId: 'r1', processId: 'p1', offset: sequence, windows: [window], events: [event] });
  writeSync(1, `${sequence}\n`);
}
