/**
 * A container without an engine: the image's file system read-only, one volume to write to, namespaces for processes,
 * mounts, IPC and host name of its own, the image's user, no capability and no way to get one. What `docker run
 * --read-only --cap-drop ALL --security-opt no-new-privileges --network host` gives, less seccomp.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltImage } from './built-image.ts';

export interface ContainerOptions {
  /** Folder on this machine that is mounted where the image wants its volume. */
  volume: string;
  /** Beside the image's own. */
  env?: Record<string, string>;
  /** In place of the image's. */
  command?: string[];
  /** Files and folders of this machine at paths that exist in the image, read-only. */
  files?: Record<string, string>;
  /** Its host name; another container has another one. */
  name?: string;
  /** A network of its own in which there is only loopback. */
  ownNetwork?: boolean;
  /** A control group, made already, for all of its processes. */
  cgroupProcs?: string;
}

export interface ContainerEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Runs as process 1 of the new namespaces until it becomes the image's entry point. The first argument is the root. */
const SET_UP = `
set -eu
root=$1 volume=$2 at=$3 name=$4 user=$5 group=$6 folder=$7 cgroup=$8 network=$9; shift 9
[ -z "$cgroup" ] || echo 0 > "$cgroup"
[ -z "$network" ] || ip link set lo up
hostname "$name"
mount --bind "$root" "$root"
mount -t tmpfs -o mode=755,size=1m dev "$root/dev"
for device in null zero full random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --bind "$volume" "$root$at"
while [ "$1" != -- ]; do
  mount --bind "$1" "$root$2"
  mount -o remount,bind,ro "$root$2"
  shift 2
done
shift
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --bounding-set=-all \\
  --inh-caps=-all --pdeathsig KILL env --chdir "$folder" -- "$@"
`;

export class Container {
  readonly ended: Promise<ContainerEnd>;
  readonly #image: BuiltImage;
  readonly #child: ChildProcess;
  readonly #environment: Record<string, string>;
  #out = '';
  #said = '';
  #waiting: { pattern: RegExp; found: (match: RegExpExecArray) => void; lost: (reason: Error) => void }[] = [];

  constructor(image: BuiltImage, options: ContainerOptions) {
    const { volume, env = {}, command, files = {}, name = 'soakd', ownNetwork = false, cgroupProcs = '' } = options;
    const { config, root } = image;
    const [at] = Object.keys(config.Volumes);
    const [user = '', group = ''] = config.User.split(':');
    if (at === undefined) throw new Error('the image declares no volume');
    makeVolume(volume, statSync(join(root, at)));
    this.#image = image;
    this.#environment = {
      ...Object.fromEntries(
        config.Env.map((entry) => [entry.split('=', 1)[0] ?? '', entry.slice(entry.indexOf('=') + 1)]),
      ),
      ...env,
    };
    const given = [root, volume, at, name, user, group, config.WorkingDir, cgroupProcs, ownNetwork ? 'own' : ''];
    const mounted = Object.entries(files).flatMap(([inside, here]) => [here, inside]);
    this.#child = spawn(
      'unshare',
      [
        ...['--mount', '--pid', '--ipc', '--uts', ...(ownNetwork ? ['--net'] : []), '--propagation', 'private'],
        ...['--fork', '--kill-child=SIGKILL', 'sh', '-c', SET_UP, 'container', ...given, ...mounted, '--'],
        ...[...config.Entrypoint, ...(command ?? config.Cmd)],
      ],
      { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
      this.#look();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      this.#look();
    });
    this.ended = new Promise((done, failed) => {
      this.#child.once('error', failed);
      this.#child.once('close', (code, signal) => {
        const lost = new Error(`the container ended with ${code ?? signal}:\n${this.#out}\n${this.#said}`);
        for (const waiting of this.#waiting) waiting.lost(lost);
        done({ code, signal });
      });
    });
  }

  /** Resolves when standard output holds what the pattern describes; rejects when the container ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((found, lost) => {
      this.#waiting.push({ pattern, found, lost });
      this.#look();
    });
  }

  /** What it wrote to standard error so far. */
  get log(): string {
    return this.#said;
  }

  /** Process 1 of the container, by the number that it has on this machine. */
  get init(): number {
    const [first] = childrenOf(this.#child.pid ?? 0);
    if (first === undefined) throw new Error('the container has no process');
    return first;
  }

  /** All of its processes, process 1 first. */
  get processes(): number[] {
    const below = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(below)];
    return below(this.init);
  }

  /** The one whose command line holds `words`; null when there is none. */
  processWith(words: string): number | null {
    return this.processes.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words)) ?? null;
  }

  /** As an engine stops one: process 1 is told by the image's signal. */
  async stop(): Promise<ContainerEnd> {
    process.kill(this.init, this.#image.config.StopSignal);
    return this.ended;
  }

  /** As an engine kills one: process 1 goes without a word, and with it all others. */
  async kill(): Promise<ContainerEnd> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(this.init, 'SIGKILL');
    return this.ended;
  }

  /** Runs a command inside, as the image's user: `docker exec`. */
  exec(
    command: string[],
    env: Record<string, string> = {},
  ): Promise<{ code: number | null; out: string; said: string }> {
    const { User, WorkingDir } = this.#image.config;
    const [user = '', group = ''] = User.split(':');
    const child = spawn(
      'nsenter',
      [
        ...['--target', `${this.init}`, '--mount', '--pid', '--ipc', '--uts', '--net', '--root', '--wd'],
        ...['setpriv', '--reuid', user, '--regid', group, '--clear-groups', '--no-new-privs', '--bounding-set=-all'],
        ...['--inh-caps=-all', 'env', '--chdir', WorkingDir, '--', ...command],
      ],
      { env: { ...this.#environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let out = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    return new Promise((done, failed) => {
      child.once('error', failed);
      child.once('close', (code) => done({ code, out, said }));
    });
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ pattern, found }) => {
      const match = pattern.exec(this.#out);
      if (match !== null) found(match);
      return match === null;
    });
  }
}

/** A new volume takes owner and mode from the folder of the image that it covers, as with Docker. */
function makeVolume(path: string, { uid, gid, mode }: { uid: number; gid: number; mode: number }): void {
  if (mkdirSync(path, { recursive: true, mode: mode & 0o777 }) !== undefined) chownSync(path, uid, gid);
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
