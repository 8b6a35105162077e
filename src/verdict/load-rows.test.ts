import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { processRow } from '../../tests/contracts/store.ts';
import { loadWindow, requestCell } from '../../tests/support/load-window.ts';
import { MemoryStore } from '../../tests/support/memory-store.ts';
import { HOUR_MS, runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { LoadWindow } from '../model/window.ts';
import { migrate } from '../store/sqlite/migrate.ts';
import { MIGRATIONS } from '../store/sqlite/schema.ts';
import { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { TimeRange } from '../store/store.ts';
import { loadRunRows } from './load-rows.ts';
import type { RunRows } from './rows.ts';

const MINUTE_MS = 60_000;

/** Rows of a run of twelve hours with these windows, as the store gives them. */
async function loaded(windows: LoadWindow[]): Promise<{ rows: RunRows; store: MemoryStore }> {
  const store = new MemoryStore();
  const { run } = runRows({ hours: 12, series: {} });
  await store.createRun(run, { atMs: START_MS, from: null, to: 'preparing', reason: '' });
  await store.commitWindows({ runId: run.id, processId: 'p1', offset: 0, windows, events: [] });
  return { rows: await loadRunRows(store, run.id), store };
}

const ok = (count: number, name: string): LoadWindow['requests'][number] =>
  requestCell(
    Array.from({ length: count }, () => 20),
    { name },
  );

describe('rows for a verdict', () => {
  it('are those of the store, whatever counts they share', async () => {
    const windows = Array.from({ length: 12 * 60 }, (_, sequence) =>
      loadWindow({
        sequence,
        startMs: START_MS + sequence * 60_000,
        requests: [
          ok(1 + (sequence % 5), 'GET /'),
          ok(1 + (sequence % 3), 'GET /cart'),
          requestCell([5], {
            outcome: 'http_error',
            statuses: sequence % 2 === 0 ? { '5xx': 1 } : { '4xx': 1 },
            errorCodes: sequence % 7 === 0 ? { '1500': 1 } : {},
          }),
        ],
        checks: [{ name: 'status is 2xx', passes: sequence % 4, fails: sequence % 2 }],
      }),
    );
    const { rows, store } = await loaded(windows);
    expect(rows.windows).toEqual(await store.windows(rows.run.id));
    const cells = rows.windows.flatMap(({ requests }) => requests);
    expect(new Set(cells).size).toBe(5 + 3 + 4);
    expect(new Set(rows.windows.flatMap(({ checks }) => checks)).size).toBe(4);
  });

  it('hold windows and durations from before the start and after the end: a clock may have been stepped', async () => {
    const windows = [-3, 5, 99].map((hour, sequence) =>
      loadWindow({ sequence, startMs: START_MS + hour * HOUR_MS, requests: [ok(2, 'GET /'), ok(3, 'GET /cart')] }),
    );
    const { rows } = await loaded(windows);
    expect(rows.windows.map(({ startMs }) => (startMs - START_MS) / HOUR_MS)).toEqual([-3, 5, 99]);
    expect(rows.sketches.map(({ outcome, name, durationsMs }) => [outcome, name, durationsMs.count])).toEqual(
      [1, 2, 3].flatMap(() => [
        ['ok', 'GET /', 2],
        ['ok', 'GET /cart', 3],
      ]),
    );
  });

  it('of a live run lose nothing that is packed between two readings', async () => {
    const db = new Database(':memory:');
    migrate(db, MIGRATIONS);
    const { run } = runRows({ hours: 12, series: {} });
    let sequence = 0;
    const store = new (class extends SqliteStore {
      commit(count: number): Promise<void> {
        const windows = Array.from({ length: count }, () =>
          loadWindow({ startMs: START_MS + sequence * MINUTE_MS, sequence: sequence++, requests: [ok(1, 'GET /')] }),
        );
        return this.commitWindows({ runId: run.id, processId: 'p1', offset: 0, windows, events: [] });
      }
      // One part of an hour is packed with each write.
      override async sketches(runId: string, range?: TimeRange) {
        const read = await super.sketches(runId, range);
        for (let more = 0; more < 20; more++) await this.commit(1);
        return read;
      }
    })(db, ':memory:');
    // Made before its start, as many a run is: its creation is no boundary of slices.
    const made = { ...run, createdMs: START_MS - 7.5 * MINUTE_MS };
    await store.createRun(made, { atMs: START_MS, from: null, to: 'preparing', reason: '' });
    await store.putLoadProcess(run.id, processRow('p1'));
    await store.commit(300);
    const { sketches } = await loadRunRows(store, run.id);
    const before = sketches.filter(({ atMs }) => atMs < START_MS + 300 * MINUTE_MS);
    expect(before.reduce((sum, { durationsMs }) => sum + durationsMs.count, 0)).toBe(300);
    await store.close();
  });
});
