import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ownPid } from '../../base/own-process.ts';
import { isAlive, processStat } from '../../base/proc.ts';

/** Removes what an interrupted set-up left in `folder`, under a name that ends in `.tmp-PID`; not what one that lives works at. */
export function removeLeftovers(folder: string): void {
  for (const entry of existsSync(folder) ? readdirSync(folder) : []) {
    const pid = Number(/\.tmp-(\d+)$/.exec(entry)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || (pid !== ownPid() && isAlive(processStat(pid)))) continue;
    rmSync(join(folder, entry), { recursive: true, force: true });
  }
}
