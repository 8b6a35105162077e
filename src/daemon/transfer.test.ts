import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishRun, threeHours } from '../../tests/support/finished-run.ts';
import { soakd } from '../../tests/support/soakd.ts';
import { systemClock } from '../base/clock.ts';
import { SoakdError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import { giveOthersATurn } from '../base/turn.ts';
import { tellSummaries } from '../duty/summary/tell-summaries.ts';
import type { Run } from '../model/run.ts';
import { notifySchema, resolveNotify } from '../notify/config.ts';
import { REPORTS } from '../report/render.ts';
import { judgeStored } from '../soak/judge-here.ts';
import { openSqliteDutyStore, openSqliteStore } from '../store/sqlite/open.ts';
import { backUp } from './backup.ts';
import { exportRun, importRun } from './transfer.ts';
import { runFolderIn, storeFileIn } from './wire.ts';

let folder: string;
let home: string;
let run: Run;
let exported: string;
let count = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-transfer-'));
  home = join(folder, 'home');
  mkdirSync(home);
  ({ run } = await finishRun(home));
  exported = join(folder, 'run.soakd.gz');
  await exportRun(portsOf(home), run.id, exported);
});
afterAll(() => rmSync(folder, { recursive: true }));

const portsOf = (dataFolder: string) => ({ dataFolder, clock: systemClock, version: '0.0.0-test' });
const fresh = (): string => join(folder, `other-${++count}`);

/** Everything that is stored of the run. */
async function stored(dataFolder: string) {
  const store = await openSqliteStore({ file: storeFileIn(dataFolder), clock: systemClock, readOnly: true });
  try {
    const events = (await store.events(run.id)).map(({ id: _, ...event }) => event);
    const [windows, sketches] = [await store.windows(run.id), await store.sketches(run.id)];
    const [series, samples] = [await store.series(run.id), await store.samples(run.id)];
    const [states, processes] = [await store.transitions(run.id), await store.loadProcesses(run.id)];
    const verdict = await store.verdict(run.id);
    return { run: await store.run(run.id), states, processes, windows, sketches, series, samples, events, verdict };
  } finally {
    await store.close();
  }
}

/** The exported file with other lines, and an end that fits them unless `sum` is given. */
function forged(change: (lines: string[]) => string[], end: { sum?: string } = {}): string {
  const lines = gunzipSync(readFileSync(exported)).toString().trimEnd().split('\n').slice(0, -1);
  const body = change(lines).map((line) => `${line}\n`);
  const sha256 = end.sum ?? createHash('sha256').update(body.join('')).digest('hex');
  const file = join(folder, `forged-${++count}.gz`);
  writeFileSync(file, gzipSync(`${body.join('')}${JSON.stringify(['end', { lines: body.length, sha256 }])}\n`));
  return file;
}

async function refused(file: string): Promise<string> {
  const target = fresh();
  const thrown: unknown = await importRun(portsOf(target), file).catch((reason: unknown) => reason);
  if (!(thrown instanceof SoakdError)) throw thrown;
  expect(thrown.hint).not.toBe('');
  // Nothing of it is there: no run, no folder of one.
  if (existsSync(storeFileIn(target))) {
    const store = await openSqliteStore({ file: storeFileIn(target), clock: systemClock });
    expect(await store.runs()).toEqual([]);
    await store.close();
    expect(readdirSync(join(target, 'runs'))).toEqual([]);
  }
  return `${thrown.code}: ${thrown.message.replace(file, 'FILE')}`;
}

describe('a run that was exported and imported', () => {
  it('is the same, row for row and file for file, without its spool', async () => {
    const other = fresh();
    expect(await importRun(portsOf(other), exported)).toEqual({ runId: run.id, wasThere: false });
    expect(await stored(other)).toEqual(await stored(home));
    const files = readdirSync(runFolderIn(home, run.id)).filter((name) => !name.startsWith('windows-'));
    expect(readdirSync(runFolderIn(other, run.id))).toEqual(files);
    for (const name of files) {
      const at = (dataFolder: string) => readFileSync(join(runFolderIn(dataFolder, run.id), name), 'utf8');
      expect(at(other)).toBe(at(home));
    }
  });

  it('replays to the same verdict', async () => {
    const other = fresh();
    await importRun(portsOf(other), exported);
    const store = await openSqliteStore({ file: storeFileIn(other), clock: systemClock, readOnly: true });
    const again = await judgeStored(store, run.id, null);
    expect(JSON.parse(JSON.stringify(again))).toEqual(await store.verdict(run.id));
    await store.close();
    const said = await soakd(['replay', run.id, '--data', other]);
    expect(said.said).toContain('the same as the first verdict');
  });

  it('leaves the secrets of its profile behind, and replays to the same verdict', async () => {
    const [secret, password] = ['typed-in-0123456789', 'quo"ted-9876543210'];
    const from = fresh();
    mkdirSync(from);
    const headers = `{ authorization: "Bearer ${secret}", x-api-key: '${password}' }`;
    const profileSource = threeHours.replace('path: / }', `path: /, headers: ${headers} }`);
    const { run: told } = await finishRun(from, { profileSource });
    expect(told.profileSource).toContain(secret);
    expect(JSON.stringify(told.profile)).toContain(secret);
    const runFolder = runFolderIn(from, told.id);
    writeFileSync(join(runFolder, 'k6-settings.json'), JSON.stringify({ workload: told.profile.workload }));
    writeFileSync(join(runFolder, 'k6.log'), `level=debug msg="sent Authorization: Bearer ${secret}"\n`);
    const file = join(folder, 'told.gz');
    await exportRun(portsOf(from), told.id, file);

    const lines = gunzipSync(readFileSync(file)).toString().split('\n').filter(Boolean);
    const files = lines.map((line) => JSON.parse(line)).filter(([kind]) => kind === 'file');
    const text = [...lines, ...files.map(([, , content]) => Buffer.from(content, 'base64').toString())].join('\n');
    expect(text).not.toContain(secret);
    expect(text).not.toContain('9876543210');
    expect(text).toContain('Bearer [redacted]');
    expect(files.map(([, name]) => name)).toContain('k6-settings.json');

    const other = fresh();
    await importRun(portsOf(other), file);
    const store = await openSqliteStore({ file: storeFileIn(other), clock: systemClock, readOnly: true });
    const again = await judgeStored(store, told.id, null);
    const first = await openSqliteStore({ file: storeFileIn(from), clock: systemClock, readOnly: true });
    expect(JSON.parse(JSON.stringify(again))).toEqual(await first.verdict(told.id));
    await first.close();
    await store.close();
    // Where it comes from it is the same run.
    expect(await importRun(portsOf(from), file)).toEqual({ runId: told.id, wasThere: true });
    expect(await importRun(portsOf(other), file)).toEqual({ runId: told.id, wasThere: true });
  });

  it('is told to nobody where it was imported, also when somebody was there to be told of its end', async () => {
    const [home, other] = [fresh(), fresh()];
    mkdirSync(home);
    const { run: told, endedMs } = await finishRun(home);
    const file = join(folder, 'ended.gz');
    await exportRun(portsOf(home), told.id, file);
    await importRun(portsOf(other), file);
    const notify = resolveNotify(
      notifySchema.parse({ channels: { team: { kind: 'webhook', url: 'https://hooks.example/team' } } }),
    );
    const tellsOf = async (dataFolder: string): Promise<string[]> => {
      const at = { file: storeFileIn(dataFolder), clock: systemClock };
      const [store, duty] = [await openSqliteStore(at), await openSqliteDutyStore(at)];
      await duty.putNote('summary.told', { sinceMs: endedMs - 3_600_000, told: [] });
      const leave = new AbortController();
      const nothing = (): void => undefined;
      await tellSummaries(
        {
          ...{ store, clock: systemClock, random: seededRandom(1), notify: () => notify },
          // The first round ends with this note.
          duty: {
            note: (key) => duty.note(key),
            enqueue: (messages) => duty.enqueue(messages),
            putNote: async (key, value) => {
              await duty.putNote(key, value);
              leave.abort();
            },
          },
          log: { info: nothing, warn: nothing, error: nothing },
          control: { subscribe: () => nothing },
          summary: async (runId) => `the summary of ${runId}`,
        },
        leave.signal,
      );
      const keys = (await duty.notifications()).map(({ channel, body }) => `${channel} ${body.runId}`);
      await duty.close();
      await store.close();
      return keys;
    };
    expect(await tellsOf(home)).toEqual([`team ${told.id}`]);
    expect(await tellsOf(other)).toEqual([]);
  });

  it('is taken beside other runs, which keep their rows', async () => {
    const other = fresh();
    mkdirSync(other);
    const { run: older } = await finishRun(other, { startMs: Date.parse('2026-03-01T00:00:00Z') });
    await importRun(portsOf(other), exported);
    const store = await openSqliteStore({ file: storeFileIn(other), clock: systemClock, readOnly: true });
    expect((await store.runs()).map(({ id }) => id)).toEqual([run.id, older.id]);
    const again = await judgeStored(store, older.id, null);
    expect(JSON.parse(JSON.stringify(again))).toEqual(await store.verdict(older.id));
    await store.close();
    expect(await stored(other)).toEqual(await stored(home));
  });

  it('may be imported again, and nothing is done; another run of its id is refused', async () => {
    const other = fresh();
    await importRun(portsOf(other), exported);
    expect(await importRun(portsOf(other), exported)).toEqual({ runId: run.id, wasThere: true });
    const before = await stored(other);
    const changed = forged((lines) =>
      lines.map((line) => line.replace('"the load begins"', '"it begins"')).slice(0, -1),
    );
    await expect(importRun(portsOf(other), changed)).rejects.toMatchObject({ code: 'run_exists', exitCode: 2 });
    expect(await stored(other)).toEqual(before);
  });
});

describe('a file that is no exported run', () => {
  it('is refused with its reason, and nothing is imported', async () => {
    const file = (content: Buffer | string): string => {
      const path = join(folder, `bad-${++count}`);
      writeFileSync(path, content);
      return path;
    };
    const whole = readFileSync(exported);
    expect(await refused(join(folder, 'nowhere'))).toBe(
      'archive_unreadable: FILE cannot be read: there is no such file',
    );
    expect(await refused(file('soak_test:\n'))).toBe('archive_invalid: FILE is no run that soakd exported');
    expect(await refused(file(''))).toBe('archive_invalid: FILE is no run that soakd exported');
    expect(await refused(file(gzipSync('{}\n')))).toMatch(
      /^archive_invalid: .*line 1: it is no list that begins with a word/,
    );
    expect(await refused(file(gzipSync('["x"]\n')))).toBe('archive_invalid: FILE is no run that soakd exported');
    expect(await refused(file(whole.subarray(0, whole.length / 2)))).toBe(
      'archive_damaged: FILE is damaged: it cannot be unpacked',
    );
    expect(await refused(forged((lines) => lines, { sum: '00' }))).toBe(
      'archive_damaged: FILE is damaged: its checksum is another',
    );
    expect(await refused(file(gzipSync(gunzipSync(whole).toString().split('\n').slice(0, 5).join('\n'))))).toMatch(
      /^archive_damaged: FILE is damaged: its last line is cut off/,
    );
  });

  it('is refused when it was made by hand to reach elsewhere, or does not fit together', async () => {
    const header = (change: object) => (lines: string[]) => {
      const [kind, first] = JSON.parse(lines[0] ?? '');
      return [JSON.stringify([kind, { ...first, ...change }]), ...lines.slice(1)];
    };
    const more =
      (...added: unknown[][]) =>
      (lines: string[]) => [...lines, ...added.map((line) => JSON.stringify(line))];
    expect(await refused(forged(header({ format: 2, soakdVersion: '9.0.0' })))).toMatch(
      /^archive_newer: .*format 2, known: 1/,
    );
    expect(await refused(forged(header({ runId: '../../etc' })))).toMatch(/its run has no sound id/);
    expect(await refused(forged(header({ runId: 'another' })))).toMatch(/^archive_invalid: .*do not fit together/);
    expect(await refused(forged(more(['file', '../cron', ''])))).toMatch(/the name of a file is not sound/);
    expect(await refused(forged(more(['lease', 'x'])))).toMatch(/"lease" is nothing that a run has/);
    expect(await refused(forged(more(['sample_hour', 'no-such-series', 0, ''])))).toMatch(/do not fit together/);
    expect(await refused(forged(more(['window_chunk', 0, 0, 'AAAA'])))).toMatch(/do not fit together/);
    expect(await refused(forged(more(['verdict', 'passed'])))).toMatch(/verdict, value 1 is no json/);
    expect(await refused(forged((lines) => lines.filter((line) => !line.startsWith('["transition"'))))).toMatch(
      /do not fit together/,
    );
  });

  it('is refused with a reason whichever byte of it is another', async () => {
    const whole = readFileSync(exported);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        // Bytes 4 to 9 of gzip say when and where it was packed (RFC 1952): nothing of the run.
        fc.pre(at < 4 || at > 9);
        const bad = Buffer.from(whole);
        bad[at] = (bad[at] ?? 0) ^ change;
        const path = join(folder, 'flipped.gz');
        writeFileSync(path, bad);
        expect(await refused(path)).toMatch(/^archive_(damaged|invalid): /);
      }),
      { numRuns: 60, seed: 20261121 },
    );
  });
});

describe('export', () => {
  it('tells what it cannot write, and leaves nothing', async () => {
    const to = join(folder, 'x.gz');
    await expect(exportRun(portsOf(home), 'nobody', to)).rejects.toMatchObject({ code: 'run_not_found', exitCode: 2 });
    await expect(exportRun(portsOf(home), run.id, exported)).rejects.toMatchObject({ code: 'file_exists' });
    const nowhere = join(folder, 'no', 'where.gz');
    await expect(exportRun(portsOf(home), run.id, nowhere)).rejects.toMatchObject({ code: 'file_unwritable' });
    expect(existsSync(to)).toBe(false);
  });

  it('and backup leave alone what lies beside them, whatever it is called', async () => {
    const place = fresh();
    mkdirSync(place);
    const [file, copy] = [join(place, 'x.gz'), join(place, 'copy')];
    writeFileSync(`${file}.tmp`, 'mine');
    mkdirSync(`${copy}.tmp`);
    writeFileSync(join(`${copy}.tmp`, 'mine'), 'mine');
    await exportRun(portsOf(home), run.id, file);
    await backUp(home, copy, systemClock);
    expect(readFileSync(`${file}.tmp`, 'utf8')).toBe('mine');
    expect(readdirSync(place).toSorted()).toEqual(['copy', 'copy.tmp', 'x.gz', 'x.gz.tmp']);
    expect(readdirSync(`${copy}.tmp`)).toEqual(['mine']);
  });

  it('and import are commands, and their codes are those of bad input', async () => {
    const file = join(folder, 'by-hand.gz');
    const other = fresh();
    expect(await soakd(['export', run.id, file, '--data', home])).toMatchObject({ code: 0 });
    expect(await soakd(['import', file, '--data', other])).toMatchObject({ code: 0, said: `run ${run.id}\n` });
    expect((await soakd(['import', file, '--data', other])).said).toContain('was there already');
    expect(await soakd(['import', home, '--data', other])).toMatchObject({
      code: 2,
      said: expect.stringMatching(/it is a folder\nhint: name a file in it/),
    });
  });
});

describe('a backup', () => {
  it('is a data folder with the same runs, taken while somebody writes', async () => {
    const to = join(folder, 'backup');
    const writer = await openSqliteStore({ file: storeFileIn(home), clock: systemClock });
    const event = { atMs: 1, kind: 'note', severity: 'info' as const, message: 'meanwhile', data: {} };
    const stop = new AbortController();
    const writing = (async () => {
      for (let at = 0; !stop.signal.aborted; at++) {
        await writer.addEvents(run.id, [{ ...event, atMs: at }]);
        await giveOthersATurn();
      }
    })();
    const done = await backUp(home, to, systemClock);
    stop.abort();
    await writing;
    await writer.close();
    expect(done).toMatchObject({ runs: 1, live: [], files: REPORTS.length + 1 });
    expect(readdirSync(to).toSorted()).toEqual(['runs', 'soakd.db']);
    const copy = await stored(to);
    const now = await stored(home);
    expect({ ...copy, events: [] }).toEqual({ ...now, events: [] });
    expect(now.events.slice(0, copy.events.length)).toEqual(copy.events);
    expect((await soakd(['runs', '--data', to])).out).toContain(run.id);
  });

  it('is not written over another, and tells of runs that were not over', async () => {
    await expect(backUp(home, join(folder, 'backup'), systemClock)).rejects.toMatchObject({ code: 'backup_exists' });
    const live = fresh();
    const store = await openSqliteStore({ file: storeFileIn(live), clock: systemClock });
    await store.createRun(run, { atMs: 1, from: null, to: 'preparing', reason: '' });
    await store.close();
    expect(await backUp(live, fresh(), systemClock)).toMatchObject({ runs: 1, live: [run.id] });
    await expect(exportRun(portsOf(live), run.id, join(folder, 'live.gz'))).rejects.toMatchObject({ code: 'run_live' });
    await expect(backUp(fresh(), fresh(), systemClock)).rejects.toMatchObject({ code: 'store_missing' });
  });
});
