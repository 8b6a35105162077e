import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { type Clock, systemClock } from '../base/clock.ts';
import { UndoStack } from '../base/undo.ts';
import { storeFileIn, wire } from './wire.ts';

/** The system's clock, and how many sleep on it. */
class WatchedClock implements Clock {
  asleep = 0;
  now = systemClock.now;
  monotonicMs = systemClock.monotonicMs;
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.asleep++;
    return systemClock.sleep(ms, signal).finally(() => {
      this.asleep--;
    });
  }
}

it('leaves nothing behind that would keep the process up, though rows still wait for a locked store', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'soakd-wire-'));
  const clock = new WatchedClock();
  const undo = new UndoStack(clock);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const surroundings = { dataFolder, root: resolve('.'), env: {}, clock, log, host: 'here', pid: 1, version: 'test' };
  const { store } = await wire(surroundings, undo);
  const writer = new Database(storeFileIn(dataFolder));
  writer.exec('BEGIN IMMEDIATE');
  try {
    await store.addEvents('run', [{ atMs: 0, kind: 'gap', severity: 'warning', message: 'no load', data: {} }]);
    expect(store.health().backlogRows).toBe(1);
    expect(clock.asleep).toBe(1);
    expect(await undo.unwind()).toEqual([]);
    expect(clock.asleep).toBe(0);
  } finally {
    writer.close();
    rmSync(dataFolder, { recursive: true });
  }
});
