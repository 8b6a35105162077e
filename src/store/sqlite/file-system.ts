/** Where a file lies: SQLite's write-ahead log needs shared memory and honest locks, which network file systems lack. */

export interface Mount {
  mountPoint: string;
  /** `ext4`, `nfs4`, `fuse.sshfs`, … */
  type: string;
}

/** https://www.sqlite.org/wal.html, section 1: all processes must be on the same host. `9p` and `virtiofs` leave it to the host. */
const NETWORK = new Set([
  '9p',
  'afs',
  'beegfs',
  'ceph',
  'cifs',
  'coda',
  'gfs2',
  'glusterfs',
  'lustre',
  'ncpfs',
  'nfs',
  'nfs4',
  'ocfs2',
  'orangefs',
  'smb3',
  'smbfs',
  'fuse.ceph-fuse',
  'fuse.glusterfs',
  'fuse.gcsfuse',
  'fuse.rclone',
  'fuse.s3fs',
  'fuse.sshfs',
  'fuse.smbnetfs',
]);

export const isNetworkFileSystem = (type: string): boolean => NETWORK.has(type);

/**
 * The mount that holds `path` (absolute, links resolved), from the text of /proc/self/mountinfo (proc_pid_mountinfo(5));
 * null when none fits. Of mounts on one point the last one hides the others.
 */
export function mountOf(mountinfo: string, path: string): Mount | null {
  let best: Mount | null = null;
  for (const line of mountinfo.split('\n')) {
    const fields = line.split(' ');
    const separator = fields.indexOf('-', 6);
    const mountPoint = fields[4];
    const type = fields[separator + 1];
    if (separator < 0 || mountPoint === undefined || type === undefined) continue;
    const mount = { mountPoint: unescaped(mountPoint), type };
    if (!holds(mount.mountPoint, path)) continue;
    if (best === null || mount.mountPoint.length >= best.mountPoint.length) best = mount;
  }
  return best;
}

const holds = (folder: string, path: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);

/** Space, tab, line feed and backslash are written in octal. */
const unescaped = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
