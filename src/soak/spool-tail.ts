import { sleeps } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { LoadProcessRow, NewEvent } from '../model/run.ts';
import type { SoakContext } from './context.ts';
import { keepTrying } from './keep-trying.ts';
import type { LiveRun } from './live-run.ts';
import { type WindowBefore, windowEvents } from './window-events.ts';

/**
 * Reads what k6 wrote, from the offset that was committed together with the rows before it. One reader
 * of one spool at a time: `drain` calls queue.
 */
export class SpoolTail {
  readonly #live: LiveRun;
  readonly #context: SoakContext;
  #before: WindowBefore | null;
  #queue: Promise<unknown> = Promise.resolve();

  /** `before`: the newest stored window of the run, null when there is none. */
  constructor(live: LiveRun, context: SoakContext, before: WindowBefore | null) {
    this.#live = live;
    this.#context = context;
    this.#before = before;
  }

  /** End of the newest window read, Unix ms; null before the first. */
  get newestEndMs(): number | null {
    return this.#before?.endMs ?? null;
  }

  /** Follows the present process until `signal` aborts. */
  async follow(signal: AbortSignal): Promise<void> {
    const { clock, settings, log } = this.#context;
    const id = this.#live.run.id;
    while (!signal.aborted) {
      const process = this.#live.process;
      if (process !== null) {
        await keepTrying(
          this.#context,
          () => this.drain(process.row.processId),
          (reason) => log.warn({ run: id, reason }, 'the windows of k6 cannot be read or stored: trying again'),
          signal,
        );
      }
      // Events may have waited for the store and be written by now.
      await this.#live
        .pullEvents()
        .catch((thrown: unknown) => log.warn({ run: id, reason: describeError(thrown) }, 'events cannot be read'));
      if (!(await sleeps(clock, settings.pollMs, signal))) return;
    }
  }

  /** Reads and stores every complete record of a process, alive or gone. */
  drain(processId: string): Promise<void> {
    const work = this.#queue.then(() => this.#drain(processId));
    this.#queue = work.catch(() => undefined);
    return work;
  }

  async #drain(processId: string): Promise<void> {
    const { engine, store, clock } = this.#context;
    const live = this.#live;
    for (;;) {
      const row = live.processRow(processId);
      if (row === null) return;
      const batch = await engine.readWindows(row, row.committedOffset);
      if (batch.nextOffset === row.committedOffset) return;
      const events: NewEvent[] = [];
      let before = this.#before;
      for (const window of batch.windows) {
        events.push(
          ...windowEvents(before, window, { planStartMs: live.plan.startMs, awayReason: this.#awayReason(row) }),
        );
        before = window;
      }
      if (batch.corruptRecords > 0) {
        events.push({
          atMs: clock.now(),
          kind: 'windows_unreadable',
          severity: 'error',
          message: `${batch.corruptRecords} records of k6 could not be read and were skipped`,
          data: { processId, records: batch.corruptRecords, spoolFile: row.spoolFile },
        });
      }
      await store.commitWindows({
        runId: live.run.id,
        processId,
        offset: batch.nextOffset,
        windows: batch.windows,
        events,
      });
      this.#before = before;
      live.setOffset(processId, batch.nextOffset);
      live.addWindows(batch.windows);
      if (events.length > 0) await live.pullEvents();
      if (batch.windows.length > 0) live.publishStatus();
      if (!batch.more) return;
    }
  }

  /** Why nobody offered load before this process did. */
  #awayReason(row: LoadProcessRow): string | null {
    const before = this.#live.processes.filter((other) => other.startedMs < row.startedMs).at(-1);
    if (before === undefined) return 'k6 was not up yet';
    return `k6 was away (${before.exitReason ?? 'unknown reason'})`;
  }
}
