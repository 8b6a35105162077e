/** Daemons of one data folder in this process, with the real k6, on a free port of loopback. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { type DaemonConfig, defaultDaemonConfig } from '../../src/daemon/config.ts';
import { type Daemon, startDaemon } from '../../src/daemon/daemon.ts';
import { createLog, Redactor } from '../../src/daemon/log.ts';

export interface DaemonRig {
  daemon: Daemon;
  /** Everything logged so far. */
  log(): string;
}

export async function startTestDaemon(
  dataFolder: string,
  config: Partial<DaemonConfig> = {},
  env: Record<string, string> = {},
  readConfig?: () => DaemonConfig,
): Promise<DaemonRig> {
  const redactor = new Redactor();
  const lines: string[] = [];
  const daemon = await startDaemon(
    { ...defaultDaemonConfig(), listen: { host: '127.0.0.1', port: 0 }, logLevel: 'debug', ...config },
    {
      dataFolder,
      root: resolve('.'),
      env: { ...process.env, ...env },
      clock: systemClock,
      log: createLog(config.logLevel ?? 'debug', redactor, (line) => lines.push(line)),
      redactor,
      host: hostname(),
      pid: process.pid,
      version: '0.0.0-test',
      ...(readConfig === undefined ? {} : { readConfig }),
    },
  );
  return { daemon, log: () => lines.join('') };
}
