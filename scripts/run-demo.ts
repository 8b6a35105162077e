/**
 * Soaks the example shop with loadprofiles/demo.yaml: the 72 hours of the seed in four minutes. With its leak on the
 * shop must come out as "would fail", with `--healthy` as "would pass"; anything else is a failure of the demo.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startExampleShop } from './example-shop.ts';

const { values } = parseArgs({
  options: {
    healthy: { type: 'boolean', default: false },
    rehearse: { type: 'string', default: '4m' },
    'leak-bytes': { type: 'string', default: '50000' },
  },
});

const root = join(import.meta.dirname, '..');
const EXIT_PASSED = 0;
const EXIT_FAILED = 1;

process.on('SIGINT', () => undefined);

const { url, setLeak } = await startExampleShop();
if (!values.healthy) await setLeak(Number(values['leak-bytes']));
console.error(
  `the example shop listens on ${url}, ${values.healthy ? 'healthy' : `leaking ${values['leak-bytes']} bytes a request`}`,
);

const soakd = spawn(
  process.execPath,
  [
    join(root, 'bin', 'soakd'),
    'run',
    join(root, 'loadprofiles', 'demo.yaml'),
    '--target',
    url,
    '--rehearse',
    values.rehearse,
  ],
  { stdio: 'inherit' },
);
const [code] = (await once(soakd, 'exit')) as [number | null];

const expected = values.healthy ? EXIT_PASSED : EXIT_FAILED;
if (code === expected) {
  console.error(`as expected: soakd exits ${code} ${values.healthy ? 'for a healthy shop' : 'for a leaking shop'}`);
} else {
  console.error(`expected exit code ${expected}, got ${code ?? 'a signal'}`);
}
process.exit(code === expected ? 0 : (code ?? 1));
