/**
 * What systemd is told (sd_notify(3)). Node has no datagram sockets of the Unix domain, and a native package would need a
 * compiler where soakd is installed: `systemd-notify` sends, which is wherever systemd is. It waits until systemd has read the
 * message (`BARRIER=1`, since 246), so that systemd still finds the sender's cgroup; the unit needs `NotifyAccess=all`.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describeError } from '../base/errors.ts';
import { monotonicMicros } from '../base/monotonic-time.ts';
import type { SoakLog } from '../soak/context.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** `systemd-notify` itself gives systemd five seconds. */
const LIMIT_MS = 10_000;

export interface ServiceManager {
  /** The process is ended unless it says that it is well this often; null: nobody watches. */
  readonly watchdogMs: number | null;
  /** It serves, or serves again after a reload. */
  ready(): Promise<void>;
  reloading(): Promise<void>;
  stopping(): Promise<void>;
  /** What it is about, in one line, and that it is well. */
  well(status: string): Promise<void>;
  /** What it is about, in one line; nothing of being well. */
  status(status: string): Promise<void>;
}

/** Sends assignments to the service manager; rejects when that cannot be done. */
export type SendToManager = (socket: string, assignments: readonly string[]) => Promise<void>;

/** The service manager behind `NOTIFY_SOCKET`; null when none started us. What cannot be sent is logged once. */
export function serviceManager(
  env: Env,
  { pid, log, send = bySystemdNotify }: { pid: number; log: SoakLog; send?: SendToManager },
): ServiceManager | null {
  const socket = env.NOTIFY_SOCKET;
  if (socket === undefined || socket === '') return null;
  let told: string | null = null;
  // One after the other: READY after RELOADING, STOPPING last.
  let turn: Promise<void> = Promise.resolve();
  const tell = (...assignments: string[]): Promise<void> => {
    turn = turn
      .then(() => send(socket, assignments))
      .then(
        () => {
          told = null;
        },
        (thrown: unknown) => {
          const reason = describeError(thrown);
          if (reason !== told) log.warn({ reason, assignments }, 'the service manager cannot be told');
          told = reason;
        },
      );
    return turn;
  };
  return {
    watchdogMs: watchdogMs(env, pid),
    ready: () => tell('READY=1'),
    reloading: () => tell('RELOADING=1', `MONOTONIC_USEC=${monotonicMicros()}`),
    stopping: () => tell('STOPPING=1', statusAssignment('stopping; live runs are left to the next start')),
    well: (status) => tell('WATCHDOG=1', statusAssignment(status)),
    status: (status) => tell(statusAssignment(status)),
  };
}

/** The environment without the way to the service manager: k6 in the same cgroup must not speak for soakd. */
export function withoutServiceManager(env: Env): Env {
  const { NOTIFY_SOCKET: _socket, WATCHDOG_USEC: _usec, WATCHDOG_PID: _pid, ...rest } = env;
  return rest;
}

/** As sd_watchdog_enabled(3) reads it: null for another process's, and for what is no time. */
function watchdogMs(env: Env, pid: number): number | null {
  if (env.WATCHDOG_PID !== undefined && env.WATCHDOG_PID !== String(pid)) return null;
  const micros = Number(env.WATCHDOG_USEC);
  return Number.isFinite(micros) && micros > 0 ? micros / 1000 : null;
}

/** A line break would begin another assignment. */
const statusAssignment = (status: string): string => `STATUS=${status.replaceAll(/\s+/g, ' ')}`;

const bySystemdNotify: SendToManager = async (socket, assignments) => {
  const env = { NOTIFY_SOCKET: socket, PATH: '/usr/local/bin:/usr/bin:/bin' };
  await promisify(execFile)('systemd-notify', [...assignments], { env, timeout: LIMIT_MS });
};
