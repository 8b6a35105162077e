/**
 * The image of the Dockerfile, built for real where there is no container engine and no registry: buildah runs the build
 * in a chroot, on a Debian that debootstrap makes, with the Node and npm of this machine and its Go.
 */
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { findGo } from '../../src/load/k6-build/go.ts';
import { isInstalled, temporaryFolder } from './server-process.ts';

/** What the image says of itself (image specification: Docker v2.2, which knows HEALTHCHECK). */
const imageConfig = z.object({
  User: z.string(),
  Env: z.array(z.string()),
  Entrypoint: z.array(z.string()),
  Cmd: z.array(z.string()),
  WorkingDir: z.string(),
  StopSignal: z.string(),
  ExposedPorts: z.record(z.string(), z.unknown()),
  Volumes: z.record(z.string(), z.unknown()),
  Labels: z.record(z.string(), z.string()),
  Healthcheck: z.object({ Test: z.array(z.string()) }),
});
export type ImageConfig = z.output<typeof imageConfig>;

export interface BuiltImage {
  /** Folder in which the whole file system of the image lies. */
  root: string;
  config: ImageConfig;
  remove(): Promise<void>;
}

/** Root is needed for chroot and mounts; Debian: `apt-get install buildah debootstrap iproute2`. */
export function imageCanBeBuilt(): boolean {
  const tools = ['buildah', 'debootstrap', 'unshare', 'nsenter'].every((program) => isInstalled(program));
  if (!tools || !isInstalled('ip', '-V')) return false;
  if (process.getuid?.() === 0 || process.env.CI === 'true') return true;
  console.log('skipped: an image can be built without an engine only by root');
  return false;
}

const BASE = 'localhost/base';
const GO_BASE = 'localhost/base-go';
const MACHINE_CA = '/usr/local/share/machine-ca.pem';
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Builds the Dockerfile of this checkout as it is; `buildArgs` go to it. Takes a minute or two. */
export async function buildImage(buildArgs: Record<string, string> = {}): Promise<BuiltImage> {
  const home = await temporaryFolder('image');
  // Layers as overlays where the kernel and the file system below can, else as copies: buildah looks itself.
  const store = join(home.path, 'store');
  const storage = ['--root', store, '--runroot', join(home.path, 'run')];
  const buildah = (...args: string[]): Promise<string> =>
    output('buildah', [...storage, ...args], { env: { ...process.env, BUILDAH_ISOLATION: 'chroot' } });
  const remove = async (): Promise<void> => {
    await buildah('umount', '--all');
    // With overlays the store itself is a mount point.
    spawnSync('umount', ['--recursive', join(store, 'overlay')]);
    await home.remove();
  };
  try {
    await commitBases(buildah);
    const args = Object.entries({ GO_IMAGE: GO_BASE, NODE_IMAGE: BASE, ...buildArgs });
    await buildah(
      ...['build', '--format', 'docker', '--pull=never', '--layers=false', '--tag', 'localhost/soakd'],
      ...args.flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
      ...[...goVolumes(), ...npmVolumes()].flatMap((volume) => ['--volume', volume]),
      resolve('.'),
    );
    const container = await buildah('from', '--pull=never', 'localhost/soakd');
    const told: unknown = JSON.parse(await buildah('inspect', '--type', 'image', 'localhost/soakd'));
    return {
      root: await buildah('mount', container),
      config: z.object({ Docker: z.object({ config: imageConfig }) }).parse(told).Docker.config,
      remove,
    };
  } catch (thrown) {
    await remove();
    throw thrown;
  }
}

/** Debian with Node, in place of the `node` image, and the same once more with the way to Go. */
async function commitBases(buildah: (...args: string[]) => Promise<string>): Promise<void> {
  const container = await buildah('from', 'scratch');
  const root = await buildah('mount', container);
  await output('debootstrap', ['--variant=minbase', 'bookworm', root, ...debianMirror()]);
  // A proxy, say.
  writeFileSync(join(root, 'etc/apt/apt.conf.d/99machine'), answer('apt-config', ['dump', 'Acquire']));
  addNode(root);
  const environment = trustedHere(root);
  await buildah('config', ...environment.flatMap((entry) => ['--env', entry]), container);
  await buildah('commit', '--quiet', container, BASE);
  const go = ['GOPROXY', 'GOSUMDB', 'GONOSUMDB', 'GOPRIVATE'].map((name) => `${name}=${goSays(name)}`);
  const withGo = [`PATH=${SYSTEM_PATH}:/usr/local/go/bin`, 'GOTOOLCHAIN=local', ...go];
  await buildah('config', ...withGo.flatMap((entry) => ['--env', entry]), container);
  await buildah('commit', '--quiet', '--rm', container, GO_BASE);
}

/** Where this machine takes its bookworm from; what debootstrap knows itself when it is something else. */
function debianMirror(): string[] {
  const targets = answer('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)']);
  const main = /^(\S+) bookworm main$/m.exec(targets)?.[1];
  return main === undefined ? [] : [main];
}

function addNode(root: string): void {
  copyFileSync(process.execPath, join(root, 'usr/local/bin/node'));
  chmodSync(join(root, 'usr/local/bin/node'), 0o755);
  const npm = join(dirname(realpathSync(answer('which', ['npm']).trim())), '..');
  mkdirSync(join(root, 'usr/local/lib/node_modules'), { recursive: true });
  cpSync(npm, join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
}

/** npm in the build asks the registry that npm asks here, and trusts whom it trusts here. */
function trustedHere(root: string): string[] {
  const registry = `NPM_CONFIG_REGISTRY=${npmSays('registry')}`;
  const authorities = process.env.NODE_EXTRA_CA_CERTS ?? npmSays('cafile');
  if (!existsSync(authorities)) return [registry];
  copyFileSync(authorities, join(root, MACHINE_CA));
  return [registry, `NODE_EXTRA_CA_CERTS=${MACHINE_CA}`, `NPM_CONFIG_CAFILE=${MACHINE_CA}`];
}

/** Modules and what was compiled of them: set-up has done that already, and the network need not do it again. */
const goVolumes = (): string[] => [
  `${goSays('GOROOT')}:/usr/local/go:ro`,
  `${goSays('GOMODCACHE')}:/root/go/pkg/mod`,
  `${goSays('GOCACHE')}:/root/.cache/go-build`,
];

/** Mounted, so that what it may hold of secrets is in no layer. */
function npmVolumes(): string[] {
  const userConfig = npmSays('userconfig');
  return existsSync(userConfig) ? [`${userConfig}:/root/.npmrc:ro`] : [];
}

const npmSays = (key: string): string => answer('npm', ['config', 'get', key]).trim();

function goSays(name: string): string {
  const go = findGo(process.env, process.cwd());
  if (go === null) throw new Error('the image cannot be built: there is no Go; npm run setup fetches one');
  return answer(go, ['env', name]).trim();
}

function answer(program: string, args: string[]): string {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status === 0) return done.stdout;
  throw new Error(`${program} ${args.join(' ')}: ${done.error?.message ?? done.stderr}`);
}

/** What a program prints on standard output, without white space at its ends; rejects with the end of its talk. */
function output(program: string, args: string[], options: SpawnOptions = {}): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    said += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => {
      if (code === 0) done(out.trim());
      else failed(new Error(`${program} ${args[0]} ended with ${code ?? signal}:\n${said.slice(-4000)}`));
    });
  });
}
