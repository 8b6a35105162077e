import { describe, expect, it } from 'vitest';
import { loadWindow, requestCell } from '../../tests/support/load-window.ts';
import { MemoryStore } from '../../tests/support/memory-store.ts';
import { HOUR_MS, runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { LoadWindow } from '../model/window.ts';
import { loadRunRows } from './load-rows.ts';
import type { RunRows } from './rows.ts';

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
    expect(rows.sketches.map(({ outcome, durationsMs }) => [outcome, durationsMs.count])).toEqual([
      ['ok', 5],
      ['ok', 5],
      ['ok', 5],
    ]);
  });
});
