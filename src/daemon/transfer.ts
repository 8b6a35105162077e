/** A run out of a data folder into one file, and from there into another data folder. */
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip } from 'node:zlib';
import type { Clock } from '../base/clock.ts';
import { EXIT, SoakdError } from '../base/errors.ts';
import { systemCode, whyUnreadable } from '../base/file-errors.ts';
import { ARCHIVE_FORMAT, archiveLines, notOurs, readArchive } from '../store/archive/lines.ts';
import { shownFiles, shownRows } from '../store/archive/shown.ts';
import { openRunArchive } from '../store/sqlite/run-archive.ts';
import { smallFilesIn } from './run-folder-files.ts';
import { makeDataFolder, runFolderIn, storeFileIn } from './wire.ts';

export interface TransferPorts {
  dataFolder: string;
  clock: Clock;
  version: string;
}

/** Unpacked; what is more was made to fill the memory. Ten days with a hundred series take a tenth of it. */
const LARGEST_UNPACKED_BYTES = 2 * 1024 ** 3;

/**
 * Writes a run that is over, with its small files, into a new file, for its owner alone; resolves to its size. Secrets that are
 * written in the profile are left out. Rejects with
 * `run_not_found`, `run_live`, `file_exists`, and as the store does; then there is no file.
 */
export async function exportRun(
  { dataFolder, clock, version }: TransferPorts,
  runId: string,
  to: string,
): Promise<number> {
  if (existsSync(to)) throw fileExists(to);
  const archive = await openRunArchive({ file: storeFileIn(dataFolder), clock, readOnly: true });
  let folder: string | null = null;
  try {
    archive.requireEnded(runId);
    // A name that nothing has: what lies beside it is not ours to overwrite.
    folder = await mkdtemp(`${to}.tmp-`);
    const draft = join(folder, 'run');
    const files = shownFiles(await smallFilesIn(runFolderIn(dataFolder, runId)), archive.profileSource(runId));
    const header = { format: ARCHIVE_FORMAT, runId, soakdVersion: version, exportedMs: clock.now() };
    const lines = archiveLines(header, shownRows(archive.rows(runId)), files);
    await pipeline(Readable.from(lines), createGzip(), createWriteStream(draft, { mode: 0o600, flush: true }));
    await rename(draft, to);
    return (await stat(to)).size;
  } catch (thrown) {
    throw thrown instanceof SoakdError || systemCode(thrown) === '' ? thrown : unwritable(to, thrown);
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
    archive.close();
  }
}

export interface Imported {
  runId: string;
  /** The very same run was there already, and nothing was done. */
  wasThere: boolean;
}

/**
 * Takes an exported run into the data folder: all of it in one transaction, or nothing. Rejects with `archive_unreadable`,
 * `archive_invalid`, `archive_damaged`, `archive_newer`, `run_exists`, and as the store does.
 */
export async function importRun({ dataFolder, clock }: TransferPorts, file: string): Promise<Imported> {
  const archive = readArchive(await unpack(file), file);
  const { runId } = archive.header;
  makeDataFolder(join(dataFolder, 'runs'));
  const store = await openRunArchive({ file: storeFileIn(dataFolder), clock });
  const folder = runFolderIn(dataFolder, runId);
  const draft = `${folder}.import`;
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    for (const { name, content } of archive.files) writeFileSync(join(draft, name), content, { mode: 0o600 });
    // Files of a run that is not in the store belong to nobody, and would be in the way.
    const inserted = store.insert(archive, file, () => {
      rmSync(folder, { recursive: true, force: true });
      renameSync(draft, folder);
    });
    return { runId, wasThere: !inserted };
  } finally {
    rmSync(draft, { recursive: true, force: true });
    store.close();
  }
}

async function unpack(file: string): Promise<Buffer> {
  let packed: Buffer;
  try {
    packed = await readFile(file);
  } catch (thrown) {
    const { problem, hint } = whyUnreadable(thrown);
    throw new SoakdError(`${file} cannot be read: ${problem}`, {
      code: 'archive_unreadable',
      hint,
      exitCode: EXIT.badInput,
    });
  }
  try {
    return await promisify(gunzip)(packed, { maxOutputLength: LARGEST_UNPACKED_BYTES });
  } catch (thrown) {
    switch (systemCode(thrown)) {
      case 'Z_DATA_ERROR':
      case 'Z_BUF_ERROR':
        throw packed.length > 2 && packed[0] === 0x1f && packed[1] === 0x8b ? cutOff(file) : notOurs(file);
      case 'ERR_BUFFER_TOO_LARGE':
        throw notOurs(file);
      default:
        throw thrown;
    }
  }
}

const cutOff = (file: string): SoakdError =>
  new SoakdError(`${file} is damaged: it cannot be unpacked`, {
    code: 'archive_damaged',
    hint: 'copy it again from where it came, or export the run again',
    exitCode: EXIT.badInput,
  });

const fileExists = (file: string): SoakdError =>
  new SoakdError(`${file} is there already`, {
    code: 'file_exists',
    hint: 'name another file, or remove it',
    exitCode: EXIT.badInput,
  });

const unwritable = (file: string, cause: unknown): SoakdError =>
  new SoakdError(`${file} cannot be written: ${whyUnreadable(cause).problem}`, {
    code: 'file_unwritable',
    hint: 'check its folder and the disk',
    exitCode: EXIT.badInput,
    cause,
  });
