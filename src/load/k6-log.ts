/** k6's own log: a file in the run's folder that k6 appends to and soakd keeps small. */
import { open, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../base/file-errors.ts';

export const logFileOf = (folder: string, processId: string): string => join(folder, `k6-${processId}.log`);

const MAX_BYTES = 4 << 20;
const KEPT_BYTES = 64 << 10;
const MAX_LINE = 500;

/**
 * Cuts a log that has grown above `maxBytes`: its last lines move to `<path>.old`, the file begins again. k6 warns about
 * each request that fails, so 72 hours of a broken target would fill the disk. Lines written between the copy and the
 * cut are lost; k6 appends (O_APPEND), so it goes on at the new end.
 */
export async function cutLog(path: string, maxBytes = MAX_BYTES): Promise<boolean> {
  try {
    if ((await stat(path)).size <= maxBytes) return false;
    await writeFile(`${path}.old`, await lastBytes(path, KEPT_BYTES), { mode: 0o600 });
    await truncate(path);
    return true;
  } catch (thrown) {
    if (isMissing(thrown)) return false;
    throw thrown;
  }
}

/** The last `count` lines for people: of k6's `time=… level=… msg="…"` only level and message are kept. */
export async function lastLogLines(path: string, count = 8): Promise<string> {
  let text: string;
  try {
    text = await lastBytes(path, KEPT_BYTES);
  } catch (thrown) {
    if (isMissing(thrown)) return '';
    throw thrown;
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).map(readable).join('\n');
}

async function lastBytes(path: string, bytes: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const text = buffer.toString('utf8', 0, bytesRead);
    // The first line is whole only when the whole file was read.
    return length < size ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    await file.close();
  }
}

/** logrus text format: values with special characters are quoted as Go strings. */
function readable(line: string): string {
  const level = /\blevel=(\w+)/.exec(line)?.[1];
  const message = /\bmsg=("(?:[^"\\]|\\.)*"|\S+)/.exec(line)?.[1];
  const text = level === undefined || message === undefined ? line : `${level}: ${unquoted(message)}`;
  return text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text;
}

const unquoted = (value: string): string =>
  value.startsWith('"')
    ? value
        .slice(1, -1)
        .replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' || escaped === 't' ? ' ' : escaped))
    : value;
