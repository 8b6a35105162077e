import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadWindow, requestCell } from '../../tests/support/load-window.ts';
import type { LoadWindow } from '../model/window.ts';
import { readSpool, type SpoolLimits } from './spool.ts';
import { decodeLine, encodeLine } from './spool-record.ts';

let folder: string;
let spool: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-spool-'));
  spool = join(folder, 'windows-p1.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const line = (sequence: number): string => encodeLine(loadWindow({ sequence }));
const sequences = (windows: LoadWindow[]): number[] => windows.map((window) => window.sequence);

/** A line with a right checksum around any JSON. */
const sealed = (json: string): string => `${crc32(Buffer.from(json)).toString(16).padStart(8, '0')} ${json}\n`;

/** Reads to the end, as the tail does, batch after batch. */
async function readAll(limits?: SpoolLimits): Promise<{ windows: LoadWindow[]; corrupt: number; offset: number }> {
  const all = { windows: [] as LoadWindow[], corrupt: 0, offset: 0 };
  for (;;) {
    const batch = await readSpool(spool, all.offset, limits);
    all.windows.push(...batch.windows);
    all.corrupt += batch.corruptRecords;
    all.offset = batch.nextOffset;
    if (!batch.more) return all;
  }
}

describe('the spool', () => {
  it('gives back every window that was written', async () => {
    const window = loadWindow({
      sequence: 7,
      inFlight: { iterations: 2, oldestIterationMs: 2210.5, requests: 1, oldestRequestMs: 180 },
      requests: [
        requestCell([1, 2, 3]),
        requestCell([60_000], { outcome: 'timeout', statuses: { none: 1 }, errorCodes: { '1050': 1 } }),
      ],
    });
    writeFileSync(spool, encodeLine(window));
    expect((await readSpool(spool, 0)).windows).toEqual([window]);
  });

  it('is empty while the file is not there', async () => {
    expect(await readSpool(spool, 0)).toMatchObject({ windows: [], nextOffset: 0, more: false });
  });

  it('leaves a torn last record for later and then reads it once', async () => {
    const second = line(1);
    writeFileSync(spool, line(0) + second.slice(0, 50));
    const first = await readSpool(spool, 0);
    expect(sequences(first.windows)).toEqual([0]);
    expect(first.corruptRecords).toBe(0);
    expect((await readSpool(spool, first.nextOffset)).windows).toEqual([]);
    appendFileSync(spool, second.slice(50));
    expect(sequences((await readSpool(spool, first.nextOffset)).windows)).toEqual([1]);
  });

  it('counts a record whose bytes were changed and goes on with the next', async () => {
    writeFileSync(spool, line(0) + line(1).replace('"planned":10', '"planned":11') + line(2));
    const batch = await readSpool(spool, 0);
    expect(sequences(batch.windows)).toEqual([0, 2]);
    expect(batch).toMatchObject({ corruptRecords: 1, firstReason: 'wrong checksum' });
  });

  it('loses only what was overwritten when two writers interleave', async () => {
    const [a, b] = [line(1), line(2)];
    writeFileSync(spool, line(0) + a.slice(0, 100) + b + a.slice(100) + line(3));
    const batch = await readSpool(spool, 0);
    expect(sequences(batch.windows)).toEqual([0, 3]);
    expect(batch.corruptRecords).toBe(2);
  });

  it('keeps records of two processes apart by their process id', async () => {
    writeFileSync(spool, line(0) + encodeLine(loadWindow({ processId: 'p2', sequence: 0 })) + line(1));
    const { windows } = await readSpool(spool, 0);
    expect(windows.map(({ processId, sequence }) => `${processId}/${sequence}`)).toEqual(['p1/0', 'p2/0', 'p1/1']);
  });

  it('does not count the empty line that closes off a torn record', async () => {
    writeFileSync(spool, `${line(0)}\n${line(1)}`);
    expect(await readSpool(spool, 0)).toMatchObject({ corruptRecords: 0, windows: [{ sequence: 0 }, { sequence: 1 }] });
  });

  it('counts records of another version apart', async () => {
    writeFileSync(spool, sealed('{"v":2,"hello":"future"}') + line(0));
    expect(await readSpool(spool, 0)).toMatchObject({
      foreignRecords: 1,
      corruptRecords: 0,
      windows: [{ sequence: 0 }],
      firstReason: 'record of version 2',
    });
  });

  it.each([
    ['a negative count', (w: LoadWindow) => ({ ...w, bytes: { sent: -1, received: 0 } })],
    ['a fraction of a request', (w: LoadWindow) => ({ ...w, tagSets: 1.5 })],
    ['an end before its start', (w: LoadWindow) => ({ ...w, endMs: w.startMs })],
    ['arrivals that do not add up', (w: LoadWindow) => ({ ...w, iterations: { ...w.iterations, late: 1 } })],
    ['a count that its sketch denies', (w: LoadWindow) => ({ ...w, requests: [requestCell([1, 2], { count: 3 })] })],
  ])('refuses %s although the checksum is right', (_, broken) => {
    const decoded = decodeLine(Buffer.from(encodeLine(broken(loadWindow())).trimEnd()));
    expect(decoded.kind).toBe('corrupt');
  });

  it('reads a long file in bounded batches, each record once', async () => {
    const count = 300;
    writeFileSync(spool, Array.from({ length: count }, (_, at) => line(at)).join(''));
    const all = await readAll({ chunkBytes: 4096, maxLineBytes: 65_536 });
    expect(sequences(all.windows)).toEqual(Array.from({ length: count }, (_, at) => at));
    expect(all.offset).toBe(readFileSync(spool).length);
  });

  it('reads a line that is longer than a chunk', async () => {
    writeFileSync(spool, line(0) + line(1));
    const all = await readAll({ chunkBytes: 64, maxLineBytes: 65_536 });
    expect(sequences(all.windows)).toEqual([0, 1]);
  });

  it('skips a line too long to be a record without keeping it, and leaves it while it has no end', async () => {
    const limits = { chunkBytes: 1024, maxLineBytes: 4096 };
    writeFileSync(spool, 'x'.repeat(10_000));
    expect(await readSpool(spool, 0, limits)).toMatchObject({ nextOffset: 0, corruptRecords: 0, more: false });
    appendFileSync(spool, `\n${line(0)}`);
    const all = await readAll(limits);
    expect(all.corrupt).toBe(1);
    expect(sequences(all.windows)).toEqual([0]);
  });

  it('survives any damage: what it returns was written, and it always comes to the end', async () => {
    const written = Array.from({ length: 8 }, (_, at) => line(at));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }), { maxLength: 6 }),
        fc.integer({ min: 16, max: 5000 }),
        async (damages, chunkBytes) => {
          const bytes = Buffer.from(written.join(''));
          for (const { at, byte } of damages) bytes[at % bytes.length] = byte;
          writeFileSync(spool, Buffer.concat([bytes, Buffer.from('\n')]));
          const all = await readAll({ chunkBytes, maxLineBytes: 1 << 20 });
          for (const window of all.windows) expect(written).toContain(encodeLine(window));
          expect(all.windows.length).toBeGreaterThanOrEqual(written.length - 2 * damages.length);
          expect(all.offset).toBe(bytes.length + 1);
        },
      ),
      { numRuns: 60 },
    );
  });
});
