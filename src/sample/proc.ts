/** What /proc tells of a process beside its state: memory, threads, sockets. Parsers are pure; a missing value is null. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { systemCode } from '../base/file-errors.ts';

export interface ProcessStatus {
  threads: number | null;
  /** Anonymous memory in RAM: heap and stacks, without mapped files. */
  anonymousBytes: number | null;
  swapBytes: number | null;
}

/** Parses /proc/PID/status (proc_pid_status(5)); sizes there are in KiB although they say kB. */
export function parseProcessStatus(text: string): ProcessStatus {
  const numberOf = (key: string): number | null => {
    const [, digits] = new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text) ?? [];
    return digits === undefined ? null : Number(digits);
  };
  const kibibytes = (key: string): number | null => {
    const size = numberOf(key);
    return size === null ? null : size * 1024;
  };
  return { threads: numberOf('Threads'), anonymousBytes: kibibytes('RssAnon'), swapBytes: kibibytes('VmSwap') };
}

export type ConnectionState = 'established' | 'close_wait' | 'listen' | 'other';

export interface Socket {
  inode: string;
  localPort: number;
  state: ConnectionState;
}

/** Kernel: include/net/tcp_states.h. */
const STATES: Record<string, ConnectionState> = { '01': 'established', '08': 'close_wait', '0A': 'listen' };

/**
 * Parses /proc/PID/net/tcp or tcp6 (proc_pid_net(5)): one socket a line. Sockets in TIME_WAIT belong to no process any
 * more and have inode 0; they are left out.
 */
export function parseTcp(text: string): Socket[] {
  const sockets: Socket[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [, local, , state] = fields;
    const inode = fields[9];
    if (local === undefined || state === undefined || inode === undefined || inode === '0') continue;
    const localPort = Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16);
    if (Number.isNaN(localPort)) continue;
    sockets.push({ inode, localPort, state: STATES[state] ?? 'other' });
  }
  return sockets;
}

/** TCP sockets of the network namespace of a process (`self`: our own); null when they cannot be read. */
export async function tcpSockets(pid: number | 'self'): Promise<Socket[] | null> {
  const tables = await Promise.all([textOf(`/proc/${pid}/net/tcp`), textOf(`/proc/${pid}/net/tcp6`)]);
  // Without IPv6 there is no second table.
  return tables[0] === null ? null : tables.flatMap((text) => (text === null ? [] : parseTcp(text)));
}

export async function processStatus(pid: number): Promise<ProcessStatus | null> {
  const text = await textOf(`/proc/${pid}/status`);
  return text === null ? null : parseProcessStatus(text);
}

export interface Descriptors {
  count: number;
  socketInodes: string[];
}

/** Open files of a process; null when it is gone or another user's. Without `sockets` they are counted and not looked at. */
export async function descriptorsOf(pid: number, sockets = true): Promise<Descriptors | null> {
  const folder = `/proc/${pid}/fd`;
  const names = await unlessGone(readdir(folder));
  if (names === null) return null;
  if (!sockets) return { count: names.length, socketInodes: [] };
  const links = await Promise.all(names.map((name) => unlessGone(readlink(`${folder}/${name}`))));
  const socketInodes = links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link ?? '')?.[1] ?? []);
  return { count: names.length, socketInodes };
}

const textOf = (path: string): Promise<string | null> => unlessGone(readFile(path, 'utf8'));

/** Null for what ended meanwhile or is not ours to see. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (thrown) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(systemCode(thrown))) return null;
    throw thrown;
  }
}
