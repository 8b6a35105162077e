/** What every `Store` must do. `describeStore` runs the same sentences on each implementation. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadProcessRow, NewEvent, Run, RunState } from '../../src/model/run.ts';
import type { Sample, SeriesInfo } from '../../src/model/sample.ts';
import { emptySketch, mergeSketch, type Sketch } from '../../src/model/sketch.ts';
import type { LoadWindow } from '../../src/model/window.ts';
import type { SketchRow, Store, WindowRow } from '../../src/store/store.ts';
import { loadWindow, requestCell } from '../support/load-window.ts';
import { seedProfile } from '../support/profile.ts';

/** One place of storage, empty at first, that several connections may share. */
export interface StorePlace {
  open(): Promise<Store>;
  /** Closes what was opened and removes what was stored. */
  dispose(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** A full hour. */
const T0 = Date.UTC(2026, 10, 21, 12);

export function describeStore(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name} as a store`, () => {
    let place: StorePlace;
    let store: Store;

    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
      await store.createRun(run('r1'), { atMs: T0, from: null, to: 'preparing', reason: 'started by ann@host' });
      await store.putLoadProcess('r1', processRow('p1'));
    });
    afterEach(() => place.dispose());

    const commit = (windows: LoadWindow[], offset = 0, events: NewEvent[] = []): Promise<void> =>
      store.commitWindows({ runId: 'r1', processId: windows[0]?.processId ?? 'p1', offset, windows, events });

    describe('runs', () => {
      it('come back as they were created', async () => {
        expect(await store.run('r1')).toEqual(run('r1'));
        expect(await store.run('r2')).toBeNull();
      });

      it('are listed newest first, with their present state and, once it is final, the time of their end', async () => {
        await store.createRun(run('r2', T0 + 1), { atMs: T0 + 1, from: null, to: 'preparing', reason: '' });
        await store.addTransition('r2', { atMs: T0 + 2, from: 'preparing', to: 'running', reason: '' });
        await store.addTransition('r1', { atMs: T0 + 9, from: 'preparing', to: 'failed', reason: 'it leaks' });
        expect((await store.runs()).map(({ id, state, endedMs }) => [id, state, endedMs])).toEqual([
          ['r2', 'running', null],
          ['r1', 'failed', T0 + 9],
        ]);
        expect((await store.runs({ limit: 1 })).map(({ id }) => id)).toEqual(['r2']);
        expect((await store.runs({ unfinishedOnly: true })).map(({ id }) => id)).toEqual(['r2']);
      });

      it('are listed page by page, also when several were created at one instant', async () => {
        for (const id of ['r2', 'r4', 'r3']) {
          await store.createRun(run(id), { atMs: T0, from: null, to: 'preparing', reason: '' });
        }
        const pages: string[][] = [];
        for (let beforeId: string | undefined; ; ) {
          const page = await store.runs(beforeId === undefined ? { limit: 3 } : { limit: 3, beforeId });
          if (page.length === 0) break;
          pages.push(page.map(({ id }) => id));
          beforeId = page.at(-1)?.id ?? '';
        }
        expect(pages).toEqual([['r4', 'r3', 'r2'], ['r1']]);
        expect(await store.runs({ beforeId: 'unknown' })).toEqual([]);
      });

      it('are unfinished in every state that is not final', async () => {
        const states: RunState[] = ['warming_up', 'running', 'paused', 'finishing'];
        for (const to of states) {
          await store.addTransition('r1', { atMs: T0, from: 'preparing', to, reason: '' });
          expect(await store.runs({ unfinishedOnly: true })).toHaveLength(1);
        }
        for (const to of ['passed', 'failed', 'inconclusive', 'aborted', 'rehearsed'] as const) {
          await store.addTransition('r1', { atMs: T0, from: 'finishing', to, reason: '' });
          expect(await store.runs({ unfinishedOnly: true })).toEqual([]);
        }
      });

      it('keep the order of their transitions, even when the clock went back', async () => {
        const second = { atMs: T0 - 5000, from: 'preparing', to: 'running', reason: 'the first window' } as const;
        await store.addTransition('r1', second);
        expect(await store.transitions('r1')).toEqual([
          { atMs: T0, from: null, to: 'preparing', reason: 'started by ann@host' },
          second,
        ]);
      });

      it('cannot be created twice', async () => {
        const again = store.createRun(run('r1'), { atMs: T0, from: null, to: 'preparing', reason: '' });
        await expect(again).rejects.toMatchObject({ code: 'store_failed' });
        expect(await store.transitions('r1')).toHaveLength(1);
      });
    });

    describe('windows', () => {
      it('come back exactly, without their sketches, in order of start', async () => {
        const windows = [2, 0, 1].map((sequence) => window(sequence));
        await commit(windows);
        expect(await store.windows('r1')).toEqual([0, 1, 2].map((sequence) => rowOf(window(sequence))));
      });

      it('are the same whatever hours they cover, however they are cut into commits', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(fc.nat(8 * 360), { minLength: 1, maxLength: 40 }),
            fc.integer({ min: 1, max: 9 }),
            async (slots, size) => {
              const place = await makePlace();
              try {
                const other = await place.open();
                await other.createRun(run('r1'), { atMs: T0, from: null, to: 'preparing', reason: '' });
                await other.putLoadProcess('r1', processRow('p1'));
                const windows = slots.map((slot, sequence) => window(sequence, { startMs: T0 + slot * 10_000 }));
                for (let at = 0; at < windows.length; at += size) {
                  await other.commitWindows({
                    runId: 'r1',
                    processId: 'p1',
                    offset: at,
                    windows: windows.slice(at, at + size),
                    events: [],
                  });
                }
                const inOrder = windows.toSorted((a, b) => a.startMs - b.startMs);
                expect(await other.windows('r1')).toEqual(inOrder.map(rowOf));
                expect(total(await other.sketches('r1'))).toEqual(total(inOrder.flatMap(sketchesOf)));
              } finally {
                await place.dispose();
              }
            },
          ),
          { numRuns: 12 },
        );
      });

      it('are stored once, also when their hour is long over', async () => {
        await commit([window(0), window(1)]);
        await commit([window(2, { startMs: T0 + 9 * HOUR_MS })]);
        await commit([window(0), window(1), window(3, { startMs: T0 + 9 * HOUR_MS + 10_000 })]);
        expect((await store.windows('r1')).map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3]);
        expect(total(await store.sketches('r1')).count).toBe(4 * sketchesOf(window(0)).reduce(countOf, 0));
      });

      it('of two processes may have the same sequence', async () => {
        await store.putLoadProcess('r1', processRow('p2'));
        await commit([window(0)]);
        await commit([window(0, { processId: 'p2', startMs: T0 + 10_000 })]);
        expect((await store.windows('r1')).map(({ processId }) => processId)).toEqual(['p1', 'p2']);
      });

      it('are cut out by a half-open range', async () => {
        const starts = [0, 10_000, HOUR_MS - 10_000, HOUR_MS, 5 * HOUR_MS];
        await commit(starts.map((offset, sequence) => window(sequence, { startMs: T0 + offset })));
        const within = await store.windows('r1', { fromMs: T0 + 10_000, untilMs: T0 + HOUR_MS });
        expect(within.map(({ startMs }) => startMs - T0)).toEqual([10_000, HOUR_MS - 10_000]);
        expect(await store.windows('r1', { fromMs: T0 + 5 * HOUR_MS + 1 })).toEqual([]);
        expect(await store.windows('r1', { untilMs: T0 })).toEqual([]);
      });

      it('keep nulls as nulls, zeros as zeros and fractions as they are', async () => {
        const odd = window(0, {
          inFlight: { iterations: 0, oldestIterationMs: null, requests: 3, oldestRequestMs: 0.125 },
          clock: { timerLagMs: 1 / 3, stepMs: -3_600_000.5 },
          checks: [],
          requests: [requestCell([], { outcome: 'connect', statuses: {}, errorCodes: { '1212': 7 }, count: 7 })],
        });
        await commit([odd]);
        await commit([window(1, { startMs: T0 + 5 * HOUR_MS })]);
        expect((await store.windows('r1'))[0]).toEqual(rowOf(odd));
      });

      it('belong to their run', async () => {
        await store.createRun(run('r2'), { atMs: T0, from: null, to: 'preparing', reason: '' });
        await commit([window(0)]);
        expect(await store.windows('r2')).toEqual([]);
        expect(await store.sketches('r2')).toEqual([]);
      });
    });

    describe('offsets', () => {
      it('are committed together with windows and events', async () => {
        await commit([window(0)], 512, [event('generator_behind')]);
        expect((await store.loadProcesses('r1'))[0]?.committedOffset).toBe(512);
        expect((await store.events('r1')).map(({ kind }) => kind)).toEqual(['generator_behind']);
      });

      it('move though nothing readable was found', async () => {
        await commit([], 99);
        expect((await store.loadProcesses('r1'))[0]?.committedOffset).toBe(99);
      });

      it('never go back when a process is written again', async () => {
        await commit([window(0)], 512);
        const gone = { ...processRow('p1'), committedOffset: 0, exitedMs: T0 + 5, exitReason: 'finished' };
        await store.putLoadProcess('r1', gone);
        expect(await store.loadProcesses('r1')).toEqual([{ ...gone, committedOffset: 512 }]);
      });
    });

    describe('sketches', () => {
      it('are merged by minute, request and outcome, and lose nothing', async () => {
        const windows = [0, 1, 5, 6].map((slot) => window(slot, { startMs: T0 + slot * 10_000 }));
        await commit(windows.slice(0, 1));
        await commit(windows.slice(1));
        const rows = await store.sketches('r1');
        const chat = rows.filter(isChat);
        expect(chat.map(({ atMs, stepMs }) => [atMs - T0, stepMs])).toEqual([
          [0, MINUTE_MS],
          [MINUTE_MS, MINUTE_MS],
        ]);
        expect(chat[0]?.durationsMs).toEqual(total(windows.slice(0, 3).flatMap(sketchesOf).filter(isChat)));
      });

      it('become coarser with age, at most five minutes, and in order of time', async () => {
        const hours = Array.from({ length: 6 * 60 }, (_, minute) =>
          window(minute, { startMs: T0 + minute * MINUTE_MS }),
        );
        for (const one of hours) await commit([one]);
        const rows = await store.sketches('r1');
        expect(rows.map(({ atMs }) => atMs)).toEqual(rows.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
        for (const { atMs, stepMs } of rows) {
          expect([MINUTE_MS, 5 * MINUTE_MS]).toContain(stepMs);
          expect(atMs % stepMs).toBe(0);
        }
        expect(rows.at(-1)?.stepMs).toBe(MINUTE_MS);
        expect(total(rows)).toEqual(total(hours.flatMap(sketchesOf)));
      });

      it('are left out for outcomes without durations', async () => {
        await commit([window(0, { requests: [requestCell([])] })]);
        expect(await store.sketches('r1')).toEqual([]);
      });
    });

    describe('samples', () => {
      beforeEach(() => store.addSeries('r1', [series('agent.rss_bytes'), series('redis.connected_clients')]));

      it('come back exactly, in order of time, whatever hours they cover', async () => {
        const samples = Array.from({ length: 400 }, (_, minute) => [
          sample('agent.rss_bytes', minute),
          sample('redis.connected_clients', minute, { mean: minute / 7 }),
        ]).flat();
        for (let at = 0; at < samples.length; at += 50) await store.addSamples('r1', samples.slice(at, at + 50));
        expect(await store.samples('r1')).toEqual(samples);
      });

      it('keep a missing reading as null, not as zero', async () => {
        const missing = { min: null, mean: null, max: null, last: null, readings: 0 };
        const samples = [sample('agent.rss_bytes', 0, missing), sample('agent.rss_bytes', 600)];
        await store.addSamples('r1', samples);
        expect(await store.samples('r1')).toEqual(samples);
      });

      it('are stored once however often one is written, also when its hour is over', async () => {
        const missing = { min: null, mean: null, max: null, last: null, readings: 0 };
        const samples = [0, 600].flatMap((minute) => [
          sample('agent.rss_bytes', minute),
          sample('redis.connected_clients', minute, missing),
        ]);
        await store.addSamples('r1', samples);
        await store.addSamples('r1', samples);
        await store.addSamples('r1', samples.slice(0, 2));
        expect(await store.samples('r1')).toEqual(samples);
      });

      it('of an interval that one soakd began to read and the next one ended are one', async () => {
        const before = sample('agent.rss_bytes', 0, { min: 10, mean: 20, max: 30, last: 25, readings: 3 });
        const after = sample('agent.rss_bytes', 0, { min: 5, mean: 8, max: 11, last: 9, readings: 1 });
        const nothing = sample('agent.rss_bytes', 0, { min: null, mean: null, max: null, last: null, readings: 0 });
        for (const part of [before, nothing, after]) await store.addSamples('r1', [part]);
        const whole = { ...before, min: 5, mean: 17, max: 30, last: 9, readings: 4 };
        expect(await store.samples('r1')).toEqual([whole]);
        // Written again when the hour is long over: each part is known.
        await store.addSamples('r1', [sample('agent.rss_bytes', 600)]);
        for (const part of [after, before, nothing]) await store.addSamples('r1', [part]);
        expect(await store.samples('r1', { untilMs: T0 + 1 })).toEqual([whole]);
      });

      it('are the same whatever is written again and whenever, in whatever order the hours come', async () => {
        const part = fc.record({ minute: fc.constantFrom(0, 1, 59, 60, 130), level: fc.integer({ min: 1, max: 4 }) });
        await fc.assert(
          fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 40 }), async (writes) => {
            const place = await makePlace();
            try {
              const other = await place.open();
              await other.createRun(run('r1'), { atMs: T0, from: null, to: 'preparing', reason: '' });
              await other.addSeries('r1', [series('agent.rss_bytes')]);
              const parts = new Map<number, Set<number>>();
              for (const { minute, level } of writes) {
                parts.set(minute, (parts.get(minute) ?? new Set()).add(level));
                const all = { min: level, mean: level, max: level, last: level, readings: 1 };
                await other.addSamples('r1', [sample('agent.rss_bytes', minute, all)]);
              }
              const stored = await other.samples('r1');
              const seen = stored.map(({ atMs, min, max, last, readings }) => [atMs, min, max, last, readings]);
              const expected = [...parts]
                .sort(([a], [b]) => a - b)
                .map(([minute, levels]) => [
                  T0 + minute * MINUTE_MS,
                  Math.min(...levels),
                  Math.max(...levels),
                  [...levels].at(-1),
                  levels.size,
                ]);
              expect(seen).toEqual(expected);
            } finally {
              await place.dispose();
            }
          }),
          { numRuns: 25 },
        );
      });

      it('may come late, into an hour that is over', async () => {
        await store.addSamples('r1', [sample('agent.rss_bytes', 0), sample('agent.rss_bytes', 600)]);
        await store.addSamples('r1', [sample('agent.rss_bytes', 30)]);
        await store.addSamples('r1', [sample('agent.rss_bytes', 601)]);
        expect((await store.samples('r1')).map(({ atMs }) => (atMs - T0) / MINUTE_MS)).toEqual([0, 30, 600, 601]);
      });

      it('can be asked for by series and half-open range', async () => {
        await store.addSamples(
          'r1',
          [0, 59, 60, 300].flatMap((minute) => [
            sample('agent.rss_bytes', minute),
            sample('redis.connected_clients', minute),
          ]),
        );
        const range = { fromMs: T0 + 59 * MINUTE_MS, untilMs: T0 + 300 * MINUTE_MS };
        expect(await store.samples('r1', { ...range, series: ['agent.rss_bytes'] })).toEqual([
          sample('agent.rss_bytes', 59),
          sample('agent.rss_bytes', 60),
        ]);
        expect(await store.samples('r1', { series: ['unknown.series'] })).toEqual([]);
      });

      it('have series that are described once, and better later', async () => {
        await store.addSeries('r1', [{ ...series('agent.rss_bytes'), memory: false }]);
        expect(await store.series('r1')).toEqual([
          { ...series('agent.rss_bytes'), memory: false },
          series('redis.connected_clients'),
        ]);
      });
    });

    describe('events and actions', () => {
      it('get ids that grow in the order of writing', async () => {
        const written = await store.addEvents('r1', [event('a', T0 + 9), event('b', T0)]);
        expect(written.map(({ kind }) => kind)).toEqual(['a', 'b']);
        expect((written[0]?.id ?? 0) < (written[1]?.id ?? 0)).toBe(true);
        expect(await store.events('r1')).toEqual(written);
      });

      it('can be paged through by the last id seen', async () => {
        await store.addEvents(
          'r1',
          ['a', 'b', 'c', 'd', 'e'].map((kind) => event(kind)),
        );
        const pages: string[][] = [];
        for (let afterId = 0; ; ) {
          const page = await store.events('r1', { afterId, limit: 2 });
          if (page.length === 0) break;
          pages.push(page.map(({ kind }) => kind));
          afterId = page.at(-1)?.id ?? Number.POSITIVE_INFINITY;
        }
        expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
      });

      it('can be asked for by a half-open range', async () => {
        await store.addEvents(
          'r1',
          [0, 1, 2].map((ms) => event(`at ${ms}`, T0 + ms)),
        );
        const within = await store.events('r1', { fromMs: T0 + 1, untilMs: T0 + 2 });
        expect(within.map(({ kind }) => kind)).toEqual(['at 1']);
      });

      it('keep what operators did, and the plan edits that follow from it', async () => {
        const rate = { kind: 'rate', atMs: T0, factor: 2, untilMs: null } as const;
        const first = await store.addAction('r1', {
          atMs: T0,
          who: 'ann@host',
          kind: 'rate',
          text: 'rate 2',
          edit: rate,
        });
        const second = await store.addAction('r1', {
          atMs: T0,
          who: 'ann@host',
          kind: 'stop',
          text: 'stop',
          edit: null,
        });
        expect(await store.actions('r1')).toEqual([first, second]);
        expect(first.edit).toEqual(rate);
      });
    });

    it('keeps the first verdict of a run', async () => {
      expect(await store.verdict('r1')).toBeNull();
      await store.putVerdict('r1', verdict('it leaks'));
      await store.putVerdict('r1', verdict('something else'));
      expect(await store.verdict('r1')).toEqual(verdict('it leaks'));
    });

    it('gives the run that took an idempotency key first', async () => {
      expect(await store.idempotent('key', 'r1', T0)).toBeNull();
      expect(await store.idempotent('key', 'r2', T0 + 1)).toBe('r1');
      expect(await store.idempotent('other', 'r2', T0 + 1)).toBeNull();
    });

    describe('leases', () => {
      const target = 'http://127.0.0.1:80';
      const mine = { target, runId: 'r1', holder: 'me', expiresMs: T0 + 30_000 };
      const theirs = { ...mine, runId: 'r2', holder: 'them' };

      it('belong to one holder until they expire', async () => {
        expect(await store.acquireLease(mine, T0)).toBe(true);
        expect(await store.acquireLease(theirs, T0 + 29_999)).toBe(false);
        expect(await store.lease(target)).toEqual(mine);
        expect(await store.acquireLease({ ...theirs, expiresMs: T0 + 60_000 }, T0 + 30_000)).toBe(true);
        expect(await store.acquireLease({ ...mine, expiresMs: T0 + 90_000 }, T0 + 31_000)).toBe(false);
      });

      it('are renewed by their holder', async () => {
        await store.acquireLease(mine, T0);
        expect(await store.acquireLease({ ...mine, expiresMs: T0 + 60_000 }, T0 + 10_000)).toBe(true);
        expect((await store.lease(target))?.expiresMs).toBe(T0 + 60_000);
      });

      it('are free again when they were given back, by the run and holder that have them only', async () => {
        await store.acquireLease(mine, T0);
        await store.releaseLease({ ...mine, runId: 'r2' });
        await store.releaseLease({ ...mine, holder: 'who held it before' });
        expect(await store.acquireLease(theirs, T0 + 1)).toBe(false);
        await store.releaseLease(mine);
        expect(await store.lease(target)).toBeNull();
        expect(await store.acquireLease(theirs, T0 + 2)).toBe(true);
      });

      it('are respected between two connections', async () => {
        const other = await place.open();
        expect(await store.acquireLease(mine, T0)).toBe(true);
        expect(await other.acquireLease(theirs, T0)).toBe(false);
      });
    });

    it('has everything after it was closed and opened again', async () => {
      await store.addSeries('r1', [series('agent.rss_bytes')]);
      await store.addSamples('r1', [sample('agent.rss_bytes', 0)]);
      await commit([window(0)], 7, [event('gap')]);
      const before = await everything(store);
      await store.close();
      expect(await everything(await place.open())).toEqual(before);
    });
  });
}

async function everything(store: Store): Promise<unknown[]> {
  return [
    await store.runs(),
    await store.transitions('r1'),
    await store.windows('r1'),
    await store.sketches('r1'),
    await store.series('r1'),
    await store.samples('r1'),
    await store.events('r1'),
    await store.loadProcesses('r1'),
  ];
}

/** A run that loads nothing. */
export function run(id: string, createdMs = T0): Run {
  return {
    id,
    name: 'soak',
    targetUrl: 'http://127.0.0.1:80',
    profile: seedProfile(),
    profileSource: 'name: soak\n',
    createdMs,
    startMs: createdMs + 3000,
    endMs: createdMs + 72 * HOUR_MS,
    compression: 1,
    rehearsal: false,
    environment: null,
    labels: { team: 'shop' },
    startedBy: 'ann@host',
    soakdVersion: '0.1.0',
  };
}

export const processRow = (processId: string): LoadProcessRow => ({
  processId,
  pid: 4711,
  startTicks: 99,
  startedMs: T0,
  spoolFile: `/data/windows-${processId}.jsonl`,
  committedOffset: 0,
  exitedMs: null,
  exitReason: null,
});

/** Ten seconds of two request names and three outcomes, different for each sequence. */
export const window = (sequence: number, changes: Partial<LoadWindow> = {}): LoadWindow =>
  loadWindow({
    sequence,
    startMs: T0 + sequence * 10_000,
    requests: [
      requestCell([12, 15 + sequence, 20], { name: 'POST /api/chat' }),
      requestCell([1, 0, 5000], { name: 'GET /api/products', statuses: { '2xx': 2, '3xx': 1 } }),
      requestCell([60_000], { outcome: 'timeout', statuses: { none: 1 }, errorCodes: { '1050': 1 } }),
    ],
    ...changes,
  });

const rowOf = ({ requests, ...rest }: LoadWindow): WindowRow => ({
  ...rest,
  requests: requests.map(({ durationsMs: _, ...cell }) => cell),
});

type Durations = Pick<SketchRow, 'name' | 'durationsMs'>;
const sketchesOf = ({ requests }: LoadWindow): Durations[] => requests;
const isChat = ({ name }: Durations): boolean => name === 'POST /api/chat';
const countOf = (sum: number, { durationsMs }: Durations): number => sum + durationsMs.count;

/** All durations together; bins without the empty ones at the ends. */
function total(rows: readonly Durations[]): Sketch {
  const sum = emptySketch();
  for (const { durationsMs } of rows) mergeSketch(sum, durationsMs);
  return sum;
}

export const event = (kind: string, atMs = T0): NewEvent => ({
  atMs,
  kind,
  severity: 'warning',
  message: `${kind} happened`,
  data: { seconds: 1.5, reason: null },
});

export const series = (id: string): SeriesInfo => ({
  id,
  source: id.split('.')[0] ?? id,
  kind: 'process',
  unit: 'bytes',
  role: 'target',
  leakCandidate: true,
  memory: true,
});

export const sample = (id: string, minute: number, changes: Partial<Sample> = {}): Sample => ({
  series: id,
  atMs: T0 + minute * MINUTE_MS,
  min: 100_000_000 + minute,
  mean: 100_000_000.5 + minute / 3,
  max: 100_000_002 + minute,
  last: -0.25,
  readings: 6,
  ...changes,
});

const verdict = (headline: string) => ({
  outcome: 'failed' as const,
  rehearsal: false,
  headline,
  reasons: [headline],
  criteria: [],
  time: {
    totalMs: 10,
    warmupMs: 1,
    judgedMs: 8,
    excludedMs: 0,
    notOfferedMs: 1,
    pausedMs: 0,
    notOffered: [{ reason: 'k6 was away', ms: 1 }],
    excluded: [],
  },
  outages: [],
  growth: [],
  drift: [],
  requests: { total: 1, failed: 1, starved: 0, byOutcome: { timeout: 1 } },
  iterations: { planned: 1, started: 1, starved: 0, late: 0, paused: 0, interrupted: 0 },
  latency: [],
  losses: [],
  computedMs: T0,
});
