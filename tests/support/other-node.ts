/** A Node on this machine that is not the one of the tests. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** As in bin/soakd: an older one only starts the pinned one. */
export const OLDEST_NODE = 24;

export interface Node {
  path: string;
  major: number;
}

/** The first Node on the PATH that is another program than the one that runs this, an old one before a new one. */
export function otherNode(): Node | null {
  const ours = realpathSync(process.execPath);
  const others: Node[] = [];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'node');
    if (folder === '' || !existsSync(path)) continue;
    // A shim may lead to our own after all, so it is asked itself.
    const asked = spawnSync(path, ['-p', 'process.execPath + "\\n" + process.versions.node'], { encoding: 'utf8' });
    const [real = '', version = ''] = asked.stdout?.split('\n') ?? [];
    if (asked.status === 0 && existsSync(real) && realpathSync(real) !== ours) {
      others.push({ path, major: Number(version.split('.')[0]) });
    }
  }
  return others.find(({ major }) => major < OLDEST_NODE) ?? others[0] ?? null;
}
