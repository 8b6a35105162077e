import { readFileSync } from 'node:fs';

/**
 * Milliseconds since boot with the time in which the machine was suspended (proc_uptime(5), CLOCK_BOOTTIME), which
 * `performance.now()` leaves out; null where /proc is not to be had.
 */
export function bootTimeMs(): number | null {
  try {
    const seconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    return Number.isFinite(seconds) ? seconds * 1000 : null;
  } catch {
    return null;
  }
}

/** Changes with each boot of the machine (random(4)); empty where it cannot be known. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
