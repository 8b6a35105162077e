/** Real servers for tests: started on 127.0.0.1, in a folder of their own, stopped with the test. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RunningServer {
  port: number;
  pid: number;
  /** Folder of the server's own; removed by `stop` of the fixture that made it. */
  stop(): Promise<void>;
}

export interface ServerCommand {
  program: string;
  args: string[];
  cwd?: string;
  /** The program's own idea of its name; the program without it. */
  argv0?: string;
  /** A line of its output, standard or error, that says that it serves; may hold the port as its first group. */
  ready: RegExp;
  /** The port when the line does not tell. */
  port?: number;
}

/** Starts a server and waits for the line that says it serves; rejects with its output when it ends before. */
export async function startServer({ program, args, cwd, argv0, ready, port }: ServerCommand): Promise<RunningServer> {
  const child = spawn(program, args, { cwd, argv0, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  const found = Promise.withResolvers<number>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      const match = ready.exec(line);
      if (match !== null) found.resolve(port ?? Number(match[1]));
    });
  }
  child.on('error', (thrown) => found.reject(thrown));
  child.on('exit', (code) => found.reject(new Error(`${program} ended with ${code}: ${said.slice(-5).join('\n')}`)));
  const open = await found.promise;
  return { port: open, pid: child.pid ?? 0, stop: () => stopProcess(child) };
}

/** Ends a child by force and waits until it is gone. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** A port that was free a moment ago, for servers that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A folder that exists until `remove`. */
export async function temporaryFolder(name: string): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `soakd-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/**
 * True when a program of the system can be run. Where it is absent its tests are skipped with a line that says so, but
 * not in CI, where they then fail.
 */
export function isInstalled(program: string, versionFlag = '--version'): boolean {
  if (spawnSync(program, [versionFlag], { stdio: 'ignore' }).status === 0) return true;
  if (process.env.CI === 'true') return true;
  console.log(`skipped: ${program} is not installed`);
  return false;
}
