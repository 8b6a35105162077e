import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Was this process started by nohup(1)? Node sets every signal back to its default when it starts, so that SIGHUP was
 * ignored cannot be seen any more. Two traces are left: `_`, in which bash and zsh tell a program how it was called, and
 * standard input, which nohup takes from a /dev/null that cannot be read when it was a terminal.
 */
export function startedByNohup(env: Readonly<Record<string, string | undefined>>): boolean {
  return basename(env._ ?? '') === 'nohup' || standardInputIsUnreadable();
}

function standardInputIsUnreadable(): boolean {
  try {
    // proc_pid_fdinfo(5): octal flags of open(2), the lowest two bits are the access mode; 1 is write-only.
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '0';
    return (Number.parseInt(flags, 8) & 3) === 1 && readlinkSync('/proc/self/fd/0') === '/dev/null';
  } catch {
    return false;
  }
}
