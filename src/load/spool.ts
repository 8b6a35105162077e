/** Reads the spool that k6 appends to, from any offset, while it grows. */
import { type FileHandle, open } from 'node:fs/promises';
import { isMissing } from '../base/file-errors.ts';
import type { LoadWindow } from '../model/window.ts';
import { decodeLine } from './spool-record.ts';

export interface SpoolBatch {
  windows: LoadWindow[];
  /** After the last complete line read, good or bad. */
  nextOffset: number;
  corruptRecords: number;
  /** Records of another format version: not read either, but nothing is broken. */
  foreignRecords: number;
  /** There is more to read than one batch takes; the next one may turn out to hold only a torn record. */
  more: boolean;
  /** Why the first unreadable record was not read; null when all were. */
  firstReason: string | null;
}

export interface SpoolLimits {
  /** Bytes read at once. */
  chunkBytes: number;
  /** A longer line is no record: it is skipped without being kept. */
  maxLineBytes: number;
}

/** 200 tag sets with four outcomes each are below 1 MB; a batch of 1 MB is decoded within tens of milliseconds. */
const LIMITS: SpoolLimits = { chunkBytes: 1 << 20, maxLineBytes: 16 << 20 };

const LINE_FEED = 0x0a;

/**
 * Complete records of the file at `path` from byte `offset` on. A last line without its line feed is torn and left for
 * the next call; a line that is broken is counted and skipped. A file that does not exist yet is empty.
 */
export async function readSpool(path: string, offset: number, limits: SpoolLimits = LIMITS): Promise<SpoolBatch> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (thrown) {
    if (isMissing(thrown)) return emptyBatch(offset);
    throw thrown;
  }
  try {
    const chunk = await readLines(file, offset, limits);
    if (chunk === 'too long') return await skipLine(file, offset, limits);
    return { ...decodeLines(chunk.lines, offset), more: chunk.full };
  } finally {
    await file.close();
  }
}

const emptyBatch = (offset: number): SpoolBatch => ({
  windows: [],
  nextOffset: offset,
  corruptRecords: 0,
  foreignRecords: 0,
  more: false,
  firstReason: null,
});

/** Whole lines from `offset` on, at least one when there is one: the chunk grows until a line fits. */
async function readLines(
  file: FileHandle,
  offset: number,
  { chunkBytes, maxLineBytes }: SpoolLimits,
): Promise<{ lines: Buffer; full: boolean } | 'too long'> {
  for (let size = chunkBytes; ; size *= 2) {
    const buffer = Buffer.allocUnsafe(size);
    const bytesRead = await fill(file, buffer, offset);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED) + 1;
    const full = bytesRead === size;
    if (end > 0 || !full) return { lines: buffer.subarray(0, end), full };
    if (size >= maxLineBytes) return 'too long';
  }
}

/** A read may return less than asked for although more is there. */
async function fill(file: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

function decodeLines(lines: Buffer, offset: number): Omit<SpoolBatch, 'more'> {
  const { more: _, ...batch } = emptyBatch(offset);
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(LINE_FEED, start);
    const decoded = decodeLine(lines.subarray(start, end));
    if (decoded.kind === 'window') batch.windows.push(decoded.window);
    else if (decoded.kind === 'foreign') {
      batch.foreignRecords++;
      batch.firstReason ??= `record of version ${JSON.stringify(decoded.version)}`;
    } else if (end > start) {
      // An empty line closes off a torn record that ended just before its line feed: nothing was lost.
      batch.corruptRecords++;
      batch.firstReason ??= decoded.reason;
    }
    start = end + 1;
  }
  batch.nextOffset = offset + lines.length;
  return batch;
}

/** Finds the end of a line that is too long to be a record, without keeping it. */
async function skipLine(
  file: FileHandle,
  offset: number,
  { chunkBytes, maxLineBytes }: SpoolLimits,
): Promise<SpoolBatch> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (let at = offset; ; ) {
    const bytesRead = await fill(file, buffer, at);
    const lineFeed = buffer.subarray(0, bytesRead).indexOf(LINE_FEED);
    if (lineFeed >= 0) {
      return {
        ...emptyBatch(at + lineFeed + 1),
        corruptRecords: 1,
        more: true,
        firstReason: `line of more than ${maxLineBytes} bytes`,
      };
    }
    if (bytesRead < buffer.length) return emptyBatch(offset);
    at += bytesRead;
  }
}
