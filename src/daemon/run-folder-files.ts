import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../base/file-errors.ts';

/** A log of k6 that is longer says nothing more. */
const LARGEST_BYTES = 16 * 1024 * 1024;

export interface SmallFile {
  name: string;
  content: Buffer;
}

/** The small files in a run's folder: plan, k6's settings and log, reports. Spool files and other large ones are left out. */
export async function smallFilesIn(folder: string): Promise<SmallFile[]> {
  const files: SmallFile[] = [];
  for (const name of (await entriesOf(folder)).toSorted()) {
    if (/^windows-.*\.jsonl$/.test(name) || name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    const about = await stat(path);
    if (about.isFile() && about.size <= LARGEST_BYTES) files.push({ name, content: await readFile(path) });
  }
  return files;
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (isMissing(thrown)) return [];
    throw thrown;
  }
}
