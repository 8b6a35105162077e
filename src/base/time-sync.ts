import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Does NTP hold the system's clock? As timedatectl(1) knows it; null where it is not to be had. */
export async function clockIsSynchronised(): Promise<boolean | null> {
  try {
    const args = ['show', '--property=NTPSynchronized', '--value'];
    const { stdout } = await promisify(execFile)('timedatectl', args, { timeout: 2_000 });
    return stdout.trim() === 'yes' ? true : stdout.trim() === 'no' ? false : null;
  } catch {
    return null;
  }
}
