/**
 * FerretDB, which speaks the MongoDB protocol, for tests: built once from its Go module into the cache folder. Run as a
 * program it prints the path of the binary.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../src/load/k6-binary.ts';
import { findGo } from '../src/load/k6-build/go.ts';

export const FERRETDB_VERSION = 'v1.24.0';

type Env = Readonly<Record<string, string | undefined>>;

/** Where the binary is, or will be. */
export const ferretdbPath = (env: Env): string => join(cacheFolder(env), 'ferretdb', FERRETDB_VERSION, 'ferretdb');

/** Builds FerretDB unless that was done before; returns the path of the binary. Throws when there is no Go or no network. */
export function buildFerretdb(env: Env, say: (line: string) => void): string {
  const binary = ferretdbPath(env);
  if (existsSync(binary)) return binary;
  const go = findGo(env, join(import.meta.dirname, '..'));
  if (go === null) throw new Error('FerretDB needs Go to be built, and none is installed; run "npm run setup" first');
  say(`building FerretDB ${FERRETDB_VERSION} (about a minute)`);

  const folder = join(binary, '..');
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, 'build-'));
  try {
    const downloaded = run(
      go,
      ['mod', 'download', '-json', `github.com/FerretDB/FerretDB@${FERRETDB_VERSION}`],
      work,
      env,
    );
    const { Dir } = JSON.parse(downloaded) as { Dir: string };
    // The module is built in a copy of its own: as a dependency it would forget its version, for which it needs a file
    // that its releases do not carry (build/version).
    const source = join(work, 'source');
    cpSync(Dir, source, { recursive: true });
    spawnSync('chmod', ['-R', 'u+w', source]);
    writeFileSync(join(source, 'build', 'version', 'version.txt'), FERRETDB_VERSION);
    const built = join(work, 'ferretdb');
    run(
      go,
      ['build', '-trimpath', '-tags', 'ferretdb_no_postgresql', '-ldflags', '-s -w', '-o', built, './cmd/ferretdb'],
      source,
      env,
    );
    // Whoever else built it meanwhile built the same.
    renameSync(built, binary);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return binary;
}

function run(program: string, args: string[], cwd: string, env: Env): string {
  const done = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod', GOWORK: 'off' },
    maxBuffer: 1 << 26,
  });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${done.error?.message ?? done.stderr}`);
  return done.stdout;
}

if (import.meta.main) console.log(buildFerretdb(process.env, (line) => console.error(line)));
