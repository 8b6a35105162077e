/**
 * `npm run demo [-- --healthy] [-- --rehearse 2m]`: from a fresh clone to a verdict in a few minutes. Runs on any
 * Node ≥ 20: set-up comes first, then scripts/run-demo.ts with the Node that the project pins.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const setup = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs')], { cwd: root, stdio: 'inherit' });
if (setup.status !== 0) process.exit(setup.status ?? 1);

// Ctrl-C reaches the whole group: the demo ends in its own order, this parent only waits for it.
process.on('SIGINT', () => undefined);
const node = join(root, 'node_modules', '.bin', 'node');
const demo = spawnSync(node, [join(root, 'scripts', 'run-demo.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(demo.status ?? 1);
