import { describe, expect, it } from 'vitest';
import { serviceManager, withoutServiceManager } from './service-manager.ts';

const started = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '60000000' };

function recorded(env: Record<string, string>, fails?: string) {
  const sent: string[] = [];
  const warned: object[] = [];
  const log = { info: () => undefined, warn: (fields: object) => void warned.push(fields), error: () => undefined };
  const manager = serviceManager(env, {
    pid: 42,
    log,
    send: async (socket, assignments) => {
      if (fails !== undefined) throw new Error(fails);
      sent.push(`${socket} ${assignments.join(' ')}`);
    },
  });
  return { manager, sent, warned };
}

describe('a service manager', () => {
  it('is there when it has named its socket', () => {
    expect(recorded({}).manager).toBeNull();
    expect(recorded({ NOTIFY_SOCKET: '' }).manager).toBeNull();
    expect(recorded(started).manager).not.toBeNull();
  });

  it('watches the process that it names, or any when it names none', () => {
    const watched = (env: Record<string, string>) => recorded({ ...started, ...env }).manager?.watchdogMs;
    expect(watched({})).toBe(60_000);
    expect(watched({ WATCHDOG_PID: '42' })).toBe(60_000);
    expect(watched({ WATCHDOG_PID: '43' })).toBeNull();
    expect(watched({ WATCHDOG_USEC: '0' })).toBeNull();
    expect(watched({ WATCHDOG_USEC: 'soon' })).toBeNull();
  });

  it('is told one thing after the other, each in one line', async () => {
    const { manager, sent } = recorded(started);
    await Promise.all([manager?.ready(), manager?.well('two\nlines READY=1'), manager?.stopping()]);
    expect(sent).toEqual([
      '/run/systemd/notify READY=1',
      '/run/systemd/notify WATCHDOG=1 STATUS=two lines READY=1',
      '/run/systemd/notify STOPPING=1 STATUS=stopping; live runs are left to the next start',
    ]);
  });

  it('that cannot be told is no reason to fail: the log says so once', async () => {
    const { manager, warned } = recorded(started, 'spawn systemd-notify ENOENT');
    await manager?.ready();
    await manager?.status('no soak at work');
    expect(warned).toEqual([{ reason: 'spawn systemd-notify ENOENT', assignments: ['READY=1'] }]);
  });

  it('is not within reach of what soakd starts', () => {
    expect(withoutServiceManager({ ...started, WATCHDOG_PID: '42', PATH: '/bin' })).toEqual({ PATH: '/bin' });
  });
});
