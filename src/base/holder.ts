/** Who holds something that outlives a process: host, boot, pid and start time of the process, as one line. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAlive, processStat } from './proc.ts';

/** This process: `host/boot/pid/startTicks`. */
export function thisHolder(): string {
  return [hostname(), bootId(), process.pid, processStat(process.pid)?.startTicks ?? 0].join('/');
}

/**
 * Is the process that wrote this line alive? False when it is certainly gone: same host, and another boot, no such
 * pid, or a pid used again. Null for another host, whose processes cannot be seen from here.
 */
export function holderAlive(holder: string): boolean | null {
  const [host, boot, pid, startTicks] = holder.split('/');
  if (host !== hostname()) return null;
  if (boot !== bootId()) return false;
  const stat = processStat(Number(pid));
  return isAlive(stat) && stat?.startTicks === Number(startTicks);
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
