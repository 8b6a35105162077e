/**
 * Runs the checks in order of cost, all of them even when one fails, and prints the totals as the last line.
 * A check is one entry of CHECKS; it says how many of its parts passed, failed and were skipped.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';
import { findGo } from '../src/load/k6-build/go.ts';

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

interface Check {
  name: string;
  run: () => Totals;
}

const root = join(import.meta.dirname, '..');
const inCi = process.env.CI === 'true';
const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
const scratch = mkdtempSync(join(tmpdir(), 'soakd-checks-'));

const CHECKS: Check[] = [
  { name: 'format and lint', run: () => command('biome', ['check', '.', '--error-on-warnings']) },
  { name: 'types', run: () => command('tsc', ['--noEmit']) },
  { name: 'types of the k6 scripts', run: () => command('tsc', ['-p', 'k6', '--noEmit']) },
  { name: 'types of the dashboard', run: () => command('tsc', ['-p', 'web', '--noEmit']) },
  { name: 'floors of the house', run: () => command('depcruise', ['--config', '.dependency-cruiser.cjs', 'src']) },
  { name: 'generated schemas are current', run: () => command('node', ['scripts/write-schema.ts', '--check']) },
  { name: 'Go: format, vet, tests', run: goTests },
  { name: 'FerretDB, built once for the tests', run: ferretdb },
  { name: 'tests', run: vitest },
];

function command(program: string, args: string[], cwd = root): Totals {
  const done = spawnSync(program, args, { cwd, env, stdio: 'inherit' });
  const ok = done.status === 0;
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/** Before the tests, because a build beside them would slow them down; without Go they say themselves what they skip. */
function ferretdb(): Totals {
  return findGo(process.env, root) === null
    ? { passed: 0, failed: 0, skipped: 1 }
    : command('node', ['scripts/ferretdb.ts']);
}

const goEvent = z.object({
  Action: z.string(),
  Package: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().optional(),
});

function goTests(): Totals {
  const go = findGo(process.env, root);
  if (go === null) {
    console.log('skipped: Go is not installed and none is in the cache');
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const cwd = join(root, 'k6', 'xk6-soakd');
  const totals = command(go, ['vet', './...'], cwd);
  const format = spawnSync(join(go, '..', 'gofmt'), ['-l', '.'], { cwd, env, encoding: 'utf8' });
  const unformatted =
    format.status === 0 ? format.stdout.trim() : `gofmt cannot run: ${format.error?.message ?? format.stderr}`;
  if (unformatted !== '') console.log(`not formatted by gofmt: ${unformatted}`);
  totals[unformatted === '' ? 'passed' : 'failed']++;

  const run = spawnSync(go, ['test', '-json', './...'], { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 });
  const output = new Map<string, string[]>();
  let failures = 0;
  for (const line of run.stdout.split('\n')) {
    if (!line.startsWith('{')) continue;
    const event = goEvent.parse(JSON.parse(line));
    const key = `${event.Package} ${event.Test ?? ''}`;
    if (event.Output !== undefined) output.set(key, [...(output.get(key) ?? []), event.Output]);
    if (event.Action === 'fail') {
      failures++;
      console.log((output.get(key) ?? []).join(''));
    }
    // Subtests are counted with their test.
    if (event.Test === undefined || event.Test.includes('/')) continue;
    if (event.Action === 'pass') totals.passed++;
    if (event.Action === 'fail') totals.failed++;
    if (event.Action === 'skip') totals.skipped++;
  }
  // A build failure has no test of its own.
  if (run.status !== 0 && failures === 0) {
    console.log(run.stdout.slice(-4000), run.stderr.slice(-4000));
    totals.failed++;
  }
  return totals;
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  success: z.boolean(),
});

function vitest(): Totals {
  const reportFile = join(scratch, 'vitest.json');
  const run = spawnSync('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  if (!existsSync(reportFile)) return { passed: 0, failed: 1, skipped: 0 };
  const report = vitestReport.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  // A file that cannot be loaded fails the run without a failed test.
  const loadFailure = run.status !== 0 && report.numFailedTests === 0 ? 1 : 0;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + loadFailure,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const sum: Totals = { passed: 0, failed: 0, skipped: 0 };
const rows: string[] = [];
for (const check of CHECKS) {
  console.log(`\n▶ ${check.name}`);
  const startedMs = performance.now();
  const totals = check.run();
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += totals[key];
  const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
  rows.push(
    `${totals.failed > 0 ? '✘' : '✔'} ${check.name}: ${totals.passed} passed, ${totals.failed} failed${skipped} (${seconds} s)`,
  );
}
rmSync(scratch, { recursive: true, force: true });

console.log(`\n${rows.join('\n')}`);
if (inCi && sum.skipped > 0) {
  console.log(`${sum.skipped} skipped: with CI=true nothing may be skipped`);
  sum.failed += sum.skipped;
}
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
process.exitCode = sum.failed > 0 ? 1 : 0;
