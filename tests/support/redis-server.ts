import { freePort, isInstalled, type RunningServer, startServer } from './server-process.ts';

/** Debian: `apt-get install redis-server`. */
export const redisIsInstalled = (): boolean => isInstalled('redis-server');

/** A Redis server that keeps nothing on disk. */
export async function startRedis(port?: number, more: string[] = []): Promise<RunningServer> {
  const at = port ?? (await freePort());
  return startServer({
    program: 'redis-server',
    args: ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more],
    ready: /Ready to accept connections/,
    port: at,
  });
}
