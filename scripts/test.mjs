/**
 * `npm test`: every check and test, from a fresh clone. Runs on any Node ≥ 20: set-up comes first, then
 * scripts/run-checks.ts with the Node that the project pins.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const setup = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs')], { cwd: root, stdio: 'inherit' });
if (setup.status !== 0) process.exit(setup.status ?? 1);

const node = join(root, 'node_modules', '.bin', 'node');
const checks = spawnSync(node, [join(root, 'scripts', 'run-checks.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(checks.status ?? 1);
