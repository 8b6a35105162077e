import { readFile } from 'node:fs/promises';
import { SoakdError } from '../base/errors.ts';
import { isMissing } from '../base/file-errors.ts';
import { ownPid } from '../base/own-process.ts';
import { isAlive, type ProcessStat, processArguments, processIds, processStat } from '../base/proc.ts';
import { descriptorsOf, tcpSockets } from './proc.ts';

/** How a profile says which process is meant. */
export type ProcessQuery =
  | { by: 'pid'; pid: number }
  | { by: 'pid_file'; path: string }
  | { by: 'port'; port: number }
  | { by: 'command'; pattern: RegExp };

/** The process that is meant, as it is now; rejects with a SoakdError `process_not_found` when there is none, or more. */
export async function findProcess(query: ProcessQuery): Promise<ProcessStat> {
  switch (query.by) {
    case 'pid':
      return alive(query.pid, `no process has pid ${query.pid}`, 'is it still running? find by port or command');
    case 'pid_file':
      return byPidFile(query.path);
    case 'port':
      return byPort(query.port);
    case 'command':
      return byCommand(query.pattern);
  }
}

function alive(pid: number, problem: string, hint: string): ProcessStat {
  const stat = processStat(pid);
  if (stat === null || !isAlive(stat)) throw notFound(problem, hint);
  return stat;
}

async function byPidFile(path: string): Promise<ProcessStat> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    const problem = isMissing(thrown) ? `there is no file ${path}` : `${path} cannot be read`;
    throw notFound(problem, 'does the service write its pid there?', thrown);
  }
  const pid = Number(text.trim().split(/\s/)[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) throw notFound(`${path} holds no pid`, 'its first word must be a number');
  return alive(pid, `${path} names pid ${pid}, which does not run`, 'the file is left from an earlier start');
}

/** Of several that share a listening socket (a master and its workers), the one that all descend from. */
async function byPort(port: number): Promise<ProcessStat> {
  const sockets = (await tcpSockets('self')) ?? [];
  const listening = new Set(
    sockets.filter(({ state, localPort }) => state === 'listen' && localPort === port).map(({ inode }) => inode),
  );
  if (listening.size === 0) throw notFound(`nothing listens on port ${port}`, 'is the target started?');
  const owners: ProcessStat[] = [];
  for (const pid of processIds()) {
    const descriptors = await descriptorsOf(pid);
    if (descriptors === null || !descriptors.socketInodes.some((inode) => listening.has(inode))) continue;
    const stat = processStat(pid);
    if (stat !== null && isAlive(stat)) owners.push(stat);
  }
  const hint = "run soakd as the target's user or as root; for a container use the kind cgroup";
  const forwarder = owners.find(({ pid }) => /(^|\/)docker-proxy$/.test(processArguments(pid)[0] ?? ''));
  if (forwarder !== undefined) {
    const problem = `port ${port} is only forwarded by docker-proxy (pid ${forwarder.pid}) to a container`;
    throw notFound(problem, 'use the kind cgroup for the container, with its pid from `docker inspect`');
  }
  if (owners.length === 0) throw notFound(`port ${port} is open, but its process cannot be seen`, hint);
  return onlyRoot(owners, `port ${port}`);
}

async function byCommand(pattern: RegExp): Promise<ProcessStat> {
  const ours = ownLine();
  const matching = processIds().flatMap((pid) => {
    if (ours.has(pid) || !pattern.test(processArguments(pid).join(' '))) return [];
    const stat = processStat(pid);
    return stat !== null && isAlive(stat) ? [stat] : [];
  });
  if (matching.length === 0) {
    throw notFound(`no command line matches ${pattern.source}`, 'compare with: ps -eo pid,args');
  }
  return onlyRoot(matching, `the pattern ${pattern.source}`);
}

/** We and our parents: the pattern stands on our own command line when it was typed there. */
function ownLine(): Set<number> {
  const line = new Set<number>();
  for (let at = ownPid(); at > 0 && !line.has(at); at = processStat(at)?.parentPid ?? 0) line.add(at);
  return line;
}

/** Processes whose parent is not among them; there must be one. */
export function onlyRoot(found: readonly ProcessStat[], what: string): ProcessStat {
  const pids = new Set(found.map(({ pid }) => pid));
  const roots = found.filter(({ parentPid }) => !pids.has(parentPid));
  const [root] = roots;
  if (root !== undefined && roots.length === 1) return root;
  throw notFound(
    `${what} fits ${roots.length} processes: ${roots.map(({ pid }) => pid).join(', ')}`,
    'choose a narrower pattern, or a sampler for each by pid_file',
  );
}

const notFound = (problem: string, hint: string, cause?: unknown): SoakdError =>
  new SoakdError(problem, { code: 'process_not_found', hint, cause });
