/**
 * `npm run setup`: makes a fresh clone ready, on any Node ≥ 20 with nothing installed. npm's packages first, then k6
 * with the extension (scripts/build-k6.ts). What is done is not done again, and one set-up waits for another.
 * Exit code 5: it cannot be made ready here.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const modules = join(root, 'node_modules');
const marker = join(modules, '.soakd-packages');
const started = performance.now();
/** Never 1, which says of a soak that it failed. */
const CANNOT_RUN = 5;

const say = (text) =>
  console.error(`set-up ${String(Math.round((performance.now() - started) / 1000)).padStart(3)} s: ${text}`);

// As cacheFolder in src/load/k6-binary.ts, which cannot be imported before the packages are there.
const cache = resolve(process.env.SOAKD_CACHE || process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'soakd');

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** A process that ended and left its number to another has another start time (proc_pid_stat(5), field 22). */
function identityOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(holder) {
  const [pid, identity] = holder.split(' ');
  try {
    process.kill(Number(pid), 0);
  } catch (thrown) {
    return thrown.code === 'EPERM';
  }
  return identity === '' || identityOf(pid) === identity;
}

/** Takes the lock file, waiting for a holder that lives. Returns what gives it back. */
function lock(path) {
  const mine = `${process.pid} ${identityOf(process.pid)}`;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    for (let waited = false; ; waited = true) {
      try {
        // A link appears with its content, or not at all.
        linkSync(draft, path);
        return () => rmSync(path, { force: true });
      } catch (thrown) {
        if (thrown.code !== 'EEXIST') throw thrown;
      }
      const holder = existsSync(path) ? readFileSync(path, 'utf8') : '';
      if (holder !== '' && !isAlive(holder)) {
        takeAway(path, holder);
        continue;
      }
      if (!waited) say('another set-up is at work; waiting for it');
      sleep(500);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes the lock of a dead set-up; when another one was quicker and has taken it since, gives it back. */
function takeAway(path, holder) {
  const aside = `${path}.dead.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== holder) linkSync(aside, path);
  } catch (thrown) {
    if (thrown.code !== 'ENOENT' && thrown.code !== 'EEXIST') throw thrown;
  } finally {
    rmSync(aside, { force: true });
  }
}

const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
const wanted = createHash('sha256').update(lockfile).digest('hex');

/** True when npm itself put the very packages of the lockfile there, by `npm ci` or `npm install`. */
function npmDidIt() {
  try {
    const installed = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(JSON.parse(lockfile).packages).every(
      ([path, { version, optional, devOptional }]) =>
        path === '' ||
        installed[path]?.version === version ||
        (installed[path] === undefined && (optional || devOptional)),
    );
  } catch {
    return false;
  }
}

function packages() {
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  if (!npmDidIt()) {
    say('installing packages (npm ci) …');
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (npm.status !== 0) {
      console.error(`npm ci failed${npm.error ? `: ${npm.error.message}` : ''}; run it by hand to see why`);
      process.exit(CANNOT_RUN);
    }
    say('packages are installed');
  }
  writeFileSync(marker, wanted);
}

mkdirSync(cache, { recursive: true });
const unlock = lock(join(cache, 'setup.lock'));
process.on('exit', unlock);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(CANNOT_RUN));

packages();
const node = join(modules, '.bin', 'node');
const k6 = spawnSync(node, [join(root, 'scripts', 'build-k6.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
if (k6.status === 0) console.error('set-up: ready');
process.exitCode = k6.status ?? CANNOT_RUN;
