/** What a service manager hears of the real daemon, over a real socket and systemd's own sender. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NotifySocket } from './support/notify-socket.ts';
import { isInstalled } from './support/server-process.ts';
import { Soakd } from './support/soakd.ts';

describe.skipIf(!isInstalled('systemd-notify') || !isInstalled('python3'))('a service manager', () => {
  let folder: string;
  let config: string;
  let socket: NotifySocket;
  let daemon: Soakd | null = null;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'soakd-notify-'));
    config = join(folder, 'soakd.yaml');
    writeFileSync(config, 'listen: 127.0.0.1:0\n');
    socket = new NotifySocket(folder);
    await socket.bound();
  });
  afterEach(async () => {
    daemon?.kill('SIGKILL');
    await daemon?.ended;
    await socket.close();
    rmSync(folder, { recursive: true });
  });

  const start = (env: Record<string, string>): Soakd => {
    daemon = new Soakd(['daemon', '--config', config, '--data', join(folder, 'data')], {
      env: { NOTIFY_SOCKET: socket.path, ...env },
    });
    return daemon;
  };
  const says = (assignment: string) => (message: string[]) => message.includes(assignment);

  it('hears that soakd serves, again and again that it is well, and that it stops', async () => {
    const again = socket.next(says('WATCHDOG=1')).then(() => socket.next(says('WATCHDOG=1')));
    const soakd = start({ WATCHDOG_USEC: '1500000' });
    await soakd.until('out', /http/);
    await again;
    soakd.kill('SIGTERM');
    expect((await soakd.ended).code).toBe(0);
    expect(socket.heard[0]).toEqual(['READY=1']);
    expect(socket.heard[1]).toEqual(['WATCHDOG=1', 'STATUS=no soak at work']);
    const stopping = ['STOPPING=1', 'STATUS=stopping; live runs are left to the next start'];
    expect(socket.heard.filter(says('STOPPING=1'))).toEqual([stopping]);
  });

  it('hears when a reload begins, by its own clock, and that soakd serves again, also after a bad file', async () => {
    const up = socket.next(says('STATUS=no soak at work'));
    const soakd = start({});
    await up;
    for (const source of ['log_level: warn\n', 'log_level: loud\n']) {
      writeFileSync(config, source);
      const reloading = socket.next(says('RELOADING=1'));
      const readyAgain = reloading.then(() => socket.next(says('READY=1')));
      soakd.kill('SIGHUP');
      expect(await reloading).toEqual(['RELOADING=1', expect.stringMatching(/^MONOTONIC_USEC=\d+$/)]);
      await readyAgain;
    }
    // Nobody watches: it never says that it is well.
    expect(socket.heard.filter(says('WATCHDOG=1'))).toEqual([]);
    soakd.kill('SIGTERM');
    await soakd.ended;
  });
});
