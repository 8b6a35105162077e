/** Processes as Linux shows them in /proc, and signals to whole process groups. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { systemCode } from './file-errors.ts';

export interface ProcessStat {
  pid: number;
  /** `R` running, `S` sleeping, `T` stopped, `Z` zombie, `X` dead, … */
  state: string;
  parentPid: number;
  processGroup: number;
  /** Clock ticks between boot and start (field 22): with the pid, the identity of a process until the next boot. */
  startTicks: number;
}

/**
 * Parses /proc/PID/stat (proc_pid_stat(5)); null when it makes no sense. The command in brackets may itself hold
 * spaces and brackets, so fields are counted from the last closing one.
 */
export function parseProcessStat(text: string): ProcessStat | null {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return null;
  const fields = text.slice(close + 2).split(' ');
  const stat = {
    pid: Number(text.slice(0, open)),
    state: fields[0] ?? '',
    parentPid: Number(fields[1]),
    processGroup: Number(fields[2]),
    startTicks: Number(fields[19]),
  };
  const numbers = [stat.pid, stat.parentPid, stat.processGroup, stat.startTicks];
  return stat.state !== '' && numbers.every(Number.isSafeInteger) ? stat : null;
}

/** The process `pid` now, or null when there is none. A zombie is still there; see `isAlive`. */
export function processStat(pid: number): ProcessStat | null {
  const text = readProc(`/proc/${pid}/stat`);
  return text === null ? null : parseProcessStat(text);
}

/** True while the process runs or could run again; a zombie only waits to be reaped. */
export const isAlive = (stat: ProcessStat | null): boolean => stat !== null && stat.state !== 'Z' && stat.state !== 'X';

/** Arguments of a process; empty when it is gone or another user's. */
export const processArguments = (pid: number): string[] => splitNul(readProc(`/proc/${pid}/cmdline`));

/** Ids of all processes that can be seen. */
export function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Sends `signal` to every process of the group; false when the group is empty. Signal 0 only asks. */
export function signalGroup(processGroup: number, signal: NodeJS.Signals | 0): boolean {
  // A group of 0 or 1 would be our own, or everybody.
  if (!Number.isSafeInteger(processGroup) || processGroup <= 1) throw new RangeError(`no such group: ${processGroup}`);
  try {
    process.kill(-processGroup, signal);
    return true;
  } catch (thrown) {
    if (systemCode(thrown) === 'ESRCH') return false;
    throw thrown;
  }
}

const splitNul = (text: string | null): string[] =>
  text === null || text === '' ? [] : text.replace(/\0$/, '').split('\0');

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    // ESRCH: the process ended between open and read.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(systemCode(thrown))) return null;
    throw thrown;
  }
}

/** True while any process of the group lives; zombies do not count, and only those that we may see do. */
export function isGroupAlive(processGroup: number): boolean {
  return processIds().some((pid) => {
    const stat = processStat(pid);
    return stat !== null && stat.processGroup === processGroup && isAlive(stat);
  });
}

/** Processes that the kernel has killed since boot for want of memory (/proc/vmstat), or null when it does not say. */
export function outOfMemoryKills(): number | null {
  const count = /^oom_kill (\d+)$/m.exec(readProc('/proc/vmstat') ?? '')?.[1];
  return count === undefined ? null : Number(count);
}

/** Largest value of oom_score_adj (proc_pid_oom_score_adj(5)); a thousandth each of the memory that there is to share. */
const MOST_OOM_SCORE_ADJ = 1000;

/**
 * When memory runs out, the kernel takes `pid` as if it used `thousandths` of all memory (of the control group, or of the
 * machine) more than this process would. Everybody may raise the score of processes of their own. Throws what the system
 * says, ENOENT when it is gone.
 */
export function offerToOomKiller(pid: number, thousandths: number): void {
  const own = Number(readProc('/proc/self/oom_score_adj') ?? 0);
  writeFileSync(`/proc/${pid}/oom_score_adj`, `${Math.min(own + thousandths, MOST_OOM_SCORE_ADJ)}`);
}

/** The score that `offerToOomKiller` sets; null when the process is gone. */
export function oomScoreAdjustment(pid: number): number | null {
  const text = readProc(`/proc/${pid}/oom_score_adj`);
  return text === null ? null : Number(text);
}
