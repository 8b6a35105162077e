/**
 * A real systemd as the first process of a PID namespace, with a cgroup of its own, and /run, /etc/systemd/system, /etc/soakd
 * and /var/lib in memory: nothing of the machine's own is touched, and the kernel ends all of it with the namespace. Units
 * run with all of their sandboxing.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const CGROUPS = '/sys/fs/cgroup';

/** `$1`: folder whose `units`, `etc` and `passwd`, `group` are put in place. */
const ENTER = `
set -e
mount --make-rprivate /
umount -l ${CGROUPS}
if [ "$2" = v2 ]; then
  mount -t cgroup2 cgroup2 ${CGROUPS}
else
  mount -t tmpfs tmpfs ${CGROUPS}
  mkdir ${CGROUPS}/systemd
  mount -t cgroup -o none,name=systemd cgroup ${CGROUPS}/systemd
fi
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/group" /etc/group
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -t tmpfs -o mode=755 tmpfs /etc/soakd
cp -r "$1/etc/." /etc/soakd/
mount -t tmpfs -o mode=755 tmpfs /opt
mkdir /opt/soakd /opt/k6
mount -t tmpfs tmpfs /etc/systemd/system
cp -r "$1/units/." /etc/systemd/system/
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system /run/lock
echo entered
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=soakd-test.target \\
  --show-status=0 < /dev/null > /dev/null 2>&1
`;

/** The hierarchy that systemd keeps its units in, on this machine. */
const hierarchy = (): { version: 'v1' | 'v2'; folder: string } =>
  readdirSync(CGROUPS).includes('cgroup.controllers')
    ? { version: 'v2', folder: CGROUPS }
    : { version: 'v1', folder: join(CGROUPS, 'systemd') };

/** Why no systemd can be run here, or null. It takes root, namespaces and a cgroup that may be divided. */
export function whyNoSystemd(): string | null {
  if (process.getuid?.() !== 0) return 'it takes root';
  const probe = spawnSync('unshare', [
    '--mount',
    '--pid',
    '--cgroup',
    '--fork',
    '--kill-child',
    '--mount-proc',
    'true',
  ]);
  if (probe.status !== 0) return 'no namespaces can be made';
  try {
    const folder = join(hierarchy().folder, `soakd-probe-${process.pid}`);
    mkdirSync(folder);
    rmdirSync(folder);
  } catch {
    return 'no cgroup can be made';
  }
  return spawnSync('/lib/systemd/systemd', ['--version']).status === 0 ? null : 'systemd is not installed';
}

export class SystemdManager {
  readonly #cgroup: string;
  readonly #child: ChildProcess;
  /** The mount point on the machine's own disk: it is taken away again when we made it. */
  readonly #madeEtc: boolean;
  readonly #entered = Promise.withResolvers<void>();

  /** `folder` holds `units`, which have a `soakd-test.target`, and `etc`, which becomes /etc/soakd. */
  constructor(folder: string) {
    for (const [file, line] of [
      ['passwd', 'soakd:x:64738:64738::/var/lib/soakd:/usr/sbin/nologin'],
      ['group', 'soakd:x:64738:'],
    ] as const) {
      writeFileSync(join(folder, file), `${readFileSync(join('/etc', file), 'utf8')}${line}\n`);
    }
    this.#madeEtc = mkdirSync('/etc/soakd', { recursive: true }) !== undefined;
    const { version, folder: cgroups } = hierarchy();
    this.#cgroup = join(cgroups, `soakd-test-${process.pid}`);
    mkdirSync(this.#cgroup);
    // The shell goes into the cgroup before it makes the namespace, whose root that is then.
    const namespaces = ['--mount', '--pid', '--cgroup', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc'];
    const inside = `unshare ${namespaces.join(' ')} sh -c "$1" sh "$2" "$3"`;
    const enter = `echo $$ > ${this.#cgroup}/cgroup.procs && exec ${inside}`;
    this.#child = spawn('sh', ['-c', enter, 'sh', ENTER, folder, version], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child.once('exit', (code) => this.#entered.reject(new Error(`systemd ended: ${code}`)));
    if (this.#child.stdout === null) throw new Error('no output');
    createInterface({ input: this.#child.stdout }).once('line', () => this.#entered.resolve());
  }

  /** Waits until the manager answers and has reached its target. */
  async up(): Promise<void> {
    await this.#entered.promise;
    // It has no socket for some milliseconds: `--wait` does not help with that.
    for (let tries = 0; ; tries++) {
      const asked = await this.systemctl('is-system-running', '--wait').catch(String);
      if (/^(running|degraded)/m.test(asked)) return;
      if (tries > 200) throw new Error(`systemd does not answer: ${asked}`);
    }
  }

  /** What systemctl says in there; rejects with its talk when it fails. */
  async systemctl(...args: string[]): Promise<string> {
    const namespaces = ['--target', String(this.#pid()), '--mount', '--pid', '--cgroup', '--ipc', '--uts'];
    const { stdout } = await promisify(execFile)('nsenter', [...namespaces, 'systemctl', '--no-pager', ...args]);
    return stdout.trim();
  }

  /** One property of a unit. */
  async show(unit: string, property: string): Promise<string> {
    return this.systemctl('show', '--value', '--property', property, unit);
  }

  async close(): Promise<void> {
    const over = once(this.#child, 'exit');
    // With the first process of a PID namespace the kernel ends all others, and only then lets it go.
    process.kill(this.#pid(), 'SIGKILL');
    await over;
    if (this.#madeEtc) rmdirSync('/etc/soakd');
    const remove = (folder: string): void => {
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory()) remove(join(folder, entry.name));
      rmdirSync(folder);
    };
    remove(this.#cgroup);
  }

  /** Of systemd itself, as the machine sees it: the child of unshare. */
  #pid(): number {
    const pid = this.#child.pid ?? 0;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
  }
}
