/**
 * Builds k6 with the extension into the cache folder, unless the build of these very sources is there. Go comes from the PATH,
 * else from the cache, else by pip. Everything is made under another name and renamed at the end, so a build that was
 * interrupted leaves nothing that looks finished. Older builds go then.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describeError, SoakdError } from '../../base/errors.ts';
import { ownPid } from '../../base/own-process.ts';
import { checkK6, goModuleOf, k6BinaryPath } from '../k6-binary.ts';
import { fetchGo } from './fetch-go.ts';
import { findGo, oldestGo } from './go.ts';
import { removeLeftovers } from './leftovers.ts';
import { removeOldBuilds } from './old-builds.ts';
import { type StepPorts, step } from './step.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface BuiltK6 {
  path: string;
  version: string;
  /** False when it was there. */
  built: boolean;
}

/**
 * The k6 of a checkout or package at `root`, built when it is not there. Rejects with `k6_not_built` and what can be done, and with
 * the codes of `checkK6` for one that somebody else provides.
 */
export async function provideK6(ports: StepPorts, env: Env, root: string): Promise<BuiltK6> {
  const binary = k6BinaryPath(env, root);
  if (binary.source !== 'cache' || existsSync(binary.path)) {
    return { path: binary.path, version: await checkK6(binary), built: false };
  }
  try {
    const version = await build(ports, env, root, binary.path);
    ports.say(`k6 is built: ${binary.path}`);
    removeOldBuilds(binary.path, ports.say);
    return { path: binary.path, version, built: true };
  } catch (thrown) {
    throw notBuilt(thrown);
  }
}

async function build(ports: StepPorts, env: Env, root: string, target: string): Promise<string> {
  const go = await needGo(ports, env, root);
  const folder = dirname(target);
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);
  const scratch = `${folder}/${basename(target)}.tmp-${ownPid()}`;
  // The binary has to be the same whatever the builder's own settings: no flags of theirs, no C compiler, no other Go.
  const settings = { GOFLAGS: '', GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', scratch];
  await step(ports, 'building k6 (a minute or two the first time)', go, ['build', ...flags, './cmd/k6'], {
    cwd: goModuleOf(root),
    env: { ...env, ...settings },
  });
  const version = await checkK6({ path: scratch, source: 'cache' });
  renameSync(scratch, target);
  return version;
}

async function needGo(ports: StepPorts, env: Env, root: string): Promise<string> {
  const found = findGo(env, root);
  if (found !== null) return found;
  ports.say(`no Go ${oldestGo(root)} or newer on the PATH`);
  try {
    return await fetchGo(ports, env, root);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(
      [
        reason,
        `k6 cannot be built: there is no Go ${oldestGo(root)} or newer, and pip cannot fetch one. Any of these helps:`,
        '  1. install Go (https://go.dev/doc/install, or your system’s package) and run this again',
        '  2. use the container image, which carries k6',
        '  3. set SOAKD_K6 to a k6 that was built with k6/xk6-soakd on another machine',
      ].join('\n'),
    );
  }
}

/** What the tools said is worth its lines. */
function notBuilt(thrown: unknown): SoakdError {
  if (thrown instanceof SoakdError) return thrown;
  const [first = '', ...rest] = (thrown instanceof Error ? thrown.message : describeError(thrown)).split('\n');
  return new SoakdError(first, {
    code: 'k6_not_built',
    details: rest,
    hint: 'see above; a k6 that was built elsewhere will do as well: SOAKD_K6 names it',
  });
}
