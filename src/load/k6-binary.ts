/**
 * Where the k6 with soakd's extension is. In order: `SOAKD_K6`; `<root>/k6/bin/k6`, where the package and the image put
 * it (without Go sources); else the cache folder, where `soakd setup` builds it once for each state of the
 * sources.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SoakdError } from '../base/errors.ts';
import { systemCode } from '../base/file-errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface K6Binary {
  path: string;
  /** Who said so: the environment, the package, or the build of these sources in the cache. */
  source: 'SOAKD_K6' | 'package' | 'cache';
}

/** Folder of the extension's Go module in a checkout at `root`. */
export const goModuleOf = (root: string): string => join(root, 'k6', 'xk6-soakd');

/** Folder for what set-up builds: `SOAKD_CACHE`, else `soakd` in `XDG_CACHE_HOME` or `~/.cache` (XDG base directories). */
export function cacheFolder(env: Env): string {
  const base = env.SOAKD_CACHE || env.XDG_CACHE_HOME || join(env.HOME || '/', '.cache');
  return resolve(base, 'soakd');
}

/** The k6 to run for a checkout or package at `root`; that it is there is for `checkK6` to say. */
export function k6BinaryPath(env: Env, root: string): K6Binary {
  const named = env.SOAKD_K6;
  if (named) return { path: resolve(named), source: 'SOAKD_K6' };
  const module = goModuleOf(root);
  if (!existsSync(join(module, 'go.mod'))) return { path: join(root, 'k6', 'bin', 'k6'), source: 'package' };
  return { path: join(cacheFolder(env), 'k6', k6Key(module), 'k6'), source: 'cache' };
}

/** Version of k6 and a hash of everything that the binary is made of: another state of the sources is another key. */
export function k6Key(module: string): string {
  const hash = createHash('sha256');
  for (const file of sourceFiles(module)) {
    const content = readFileSync(join(module, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  const version = /^\s*(?:require )?go\.k6\.io\/k6\/v2 v(\S+)/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))?.[1];
  return `${version ?? 'unknown'}-${hash.digest('hex').slice(0, 16)}`;
}

const isSource = (file: string): boolean =>
  (file.endsWith('.go') && !file.endsWith('_test.go')) || file === 'go.mod' || file === 'go.sum';

/** The order of a folder listing differs between file systems: sorted. */
const sourceFiles = (module: string): string[] =>
  readdirSync(module, { recursive: true, encoding: 'utf8' }).filter(isSource).sort();

/** Resolves to k6's version, `2.2.0`, when the binary at `path` runs and carries the extension. */
export async function checkK6({ path, source }: K6Binary): Promise<string> {
  const talk = await versionTalk(path, source);
  const version = /\bv(\d+\.\d+\.\d+\S*)/.exec(talk)?.[1];
  if (version === undefined || !talk.includes('k6/x/soakd')) {
    throw new SoakdError(`${path} is no k6 with soakd's extension`, {
      code: 'k6_without_extension',
      hint: `it answers to "version": ${talk.trim().split('\n')[0] ?? ''}. ${howToGetIt[source]}`,
    });
  }
  return version;
}

async function versionTalk(path: string, source: K6Binary['source']): Promise<string> {
  try {
    // k6 is told not to reach for the network: it would for a newer version of itself.
    const env = { K6_AUTO_EXTENSION_RESOLUTION: 'false', HOME: '/' };
    return (await promisify(execFile)(path, ['version'], { timeout: 20_000, env })).stdout;
  } catch (thrown) {
    const missing = systemCode(thrown) === 'ENOENT';
    throw new SoakdError(missing ? `k6 is not there: ${path}` : `k6 does not run: ${path}`, {
      code: missing ? 'k6_missing' : 'k6_broken',
      hint: howToGetIt[source],
      cause: thrown,
    });
  }
}

const howToGetIt: Record<K6Binary['source'], string> = {
  SOAKD_K6: 'SOAKD_K6 names it; unset it, or point it at a k6 that was built with k6/xk6-soakd',
  package: 'this installation is incomplete: install it again, or set SOAKD_K6 to a k6 built with k6/xk6-soakd',
  cache: 'run `soakd setup`, which builds it (in a clone: npm run setup)',
};
