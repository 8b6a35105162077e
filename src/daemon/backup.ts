/** A copy of a data folder that is a data folder itself: `--data COPY` works in it. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { EXIT, SoakdError } from '../base/errors.ts';
import { systemCode } from '../base/file-errors.ts';
import { folderUnusable, makeFolder } from '../base/folder.ts';
import { backUpStore } from '../store/sqlite/backup.ts';
import { smallFilesIn } from './run-folder-files.ts';
import { runFolderIn, storeFileIn } from './wire.ts';

export interface BackedUp {
  runs: number;
  /** Runs that were not over: a daemon that works in the copy carries them on. */
  live: string[];
  /** Of the store. */
  bytes: number;
  files: number;
}

/**
 * Copies store and small files into a new folder; a daemon may be at work. The store is as it was at one instant and is checked;
 * spool files are left out. The folder appears when all of it is there, or not at all. Rejects with `backup_exists`,
 * `folder_unusable`, `backup_damaged`, and as the store does.
 */
export async function backUp(dataFolder: string, to: string, clock: Clock): Promise<BackedUp> {
  if (existsSync(to)) {
    throw new SoakdError(`${to} is there already`, {
      code: 'backup_exists',
      hint: 'name a folder that is not there yet, for example one with the date',
      exitCode: EXIT.badInput,
    });
  }
  makeFolder(dirname(to), 'another name');
  // A name that nothing has: what lies beside it is not ours to remove.
  const draft = await mkdtemp(`${to}.tmp-`).catch((thrown: unknown) => {
    throw folderUnusable(to, thrown, 'another name');
  });
  try {
    const { runs, live } = await backUpStore({ file: storeFileIn(dataFolder), clock }, storeFileIn(draft));
    let files = 0;
    for (const runId of runs) {
      const small = await smallFilesIn(runFolderIn(dataFolder, runId));
      if (small.length > 0) await mkdir(runFolderIn(draft, runId), { recursive: true, mode: 0o700 });
      for (const { name, content } of small) {
        await writeFile(join(runFolderIn(draft, runId), name), content, { mode: 0o600, flush: true });
        files++;
      }
    }
    await rename(draft, to);
    return { runs: runs.length, live, bytes: (await stat(storeFileIn(to))).size, files };
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true });
    throw thrown instanceof SoakdError || systemCode(thrown) === ''
      ? thrown
      : folderUnusable(to, thrown, 'another name');
  }
}
