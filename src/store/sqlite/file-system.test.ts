import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNetworkFileSystem, mountOf } from './file-system.ts';

const MOUNTINFO = `22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
35 22 0:31 / /srv rw,relatime shared:20 master:3 - nfs4 nas:/export rw,vers=4.2
36 35 0:32 / /srv/local rw,relatime - xfs /dev/vdb rw
37 22 0:33 / /home/ann/with\\040space rw,nosuid - fuse.sshfs ann@host: rw
38 22 0:34 / /twice rw - tmpfs tmpfs rw
39 38 0:35 / /twice rw - cifs //nas/share rw
`;

describe('the file system of a path', () => {
  it.each([
    ['/var/lib/soakd', '/', 'ext4'],
    ['/srv/soakd', '/srv', 'nfs4'],
    ['/srv', '/srv', 'nfs4'],
    ['/srv/local/soakd', '/srv/local', 'xfs'],
    ['/srvother', '/', 'ext4'],
    ['/home/ann/with space/soakd', '/home/ann/with space', 'fuse.sshfs'],
    ['/twice/x', '/twice', 'cifs'],
  ])('of %s is the one mounted on %s: %s', (path, mountPoint, type) => {
    expect(mountOf(MOUNTINFO, path)).toEqual({ mountPoint, type });
  });

  it('is found on this machine', () => {
    expect(mountOf(readFileSync('/proc/self/mountinfo', 'utf8'), '/')).not.toBeNull();
  });

  it('is unknown when the list makes no sense', () => {
    expect(mountOf('', '/')).toBeNull();
    expect(mountOf('no such line\n', '/')).toBeNull();
  });

  it('is a network when locks and shared memory do not reach the other side', () => {
    for (const type of ['nfs', 'nfs4', 'cifs', 'smb3', 'fuse.sshfs', '9p'])
      expect(isNetworkFileSystem(type)).toBe(true);
    for (const type of ['ext4', 'xfs', 'btrfs', 'overlay', 'tmpfs', 'zfs'])
      expect(isNetworkFileSystem(type)).toBe(false);
  });
});
