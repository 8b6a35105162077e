/**
 * The benchmark of the detectors: leaks and drifts among clean runs, on families that may be looked at and on sealed ones.
 *
 *     npx node bench/detect/main.ts --clean 1200 --faulty 600 --set sealed
 *     npx node bench/detect/main.ts --data DIR            real series instead
 *
 * --set tuning|sealed|both (tuning)   --detectors a,b (all)   --jobs N (2)   --seed N (1)   --json FILE
 * --by-family   where each detector is weak   --prototypes DIR   the two research prototypes beside the rest
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chosenDetectors } from './detectors.ts';
import type { FamilySet } from './plan.ts';
import { reportOnRealData } from './real.ts';
import { byFamily, scoreOf } from './score.ts';
import { markdown, shareText, tableOf } from './table.ts';
import { tasksOf } from './tasks.ts';
import { playOnThreads } from './threads.ts';

const { values: options } = parseArgs({
  options: {
    clean: { type: 'string', default: '120' },
    faulty: { type: 'string', default: '60' },
    set: { type: 'string', default: 'tuning' },
    detectors: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    'by-family': { type: 'boolean', default: false },
    prototypes: { type: 'string' },
    data: { type: 'string' },
  },
});

const names = options.detectors.split(',').filter((name) => name !== '');
const prototypes = options.prototypes ?? null;
const detectors = await chosenDetectors(names, prototypes);

if (options.data === undefined) {
  const results: Record<string, unknown> = {};
  for (const set of setsOf(options.set)) results[set] = await benchmark(set);
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(results));
} else {
  console.log(reportOnRealData(options.data, detectors));
}

async function benchmark(set: FamilySet): Promise<unknown> {
  const size = { clean: count('clean'), faulty: count('faulty'), seed: count('seed') };
  const tasks = tasksOf(set, size);
  const begunMs = performance.now();
  const outcomes = await playOnThreads(tasks, {
    detectors: names,
    prototypes,
    jobs: Math.max(1, count('jobs')),
    progress(done) {
      if (done % 50 === 0) console.error(`${set}: ${done} of ${tasks.length} runs`);
    },
  });
  const scores = new Map(detectors.map(({ name }) => [name, scoreOf(name, outcomes)]));
  const minutes = ((performance.now() - begunMs) / 60_000).toFixed(1);
  console.log(`\n## ${set} families, seed ${size.seed}: ${tasks.length} runs in ${minutes} minutes\n`);
  console.log(tableOf(scores));
  if (options['by-family']) {
    for (const { name } of detectors) {
      console.log(`\n### ${name}, ${set}\n`);
      const rows = byFamily(name, outcomes).map(({ family, what, rate }) => [family, what, shareText(rate)]);
      console.log(markdown([['family', 'what', 'rate'], ...rows]));
    }
  }
  return { size, scores: Object.fromEntries(scores), outcomes };
}

function count(option: 'clean' | 'faulty' | 'seed' | 'jobs'): number {
  const number = Number(options[option]);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`--${option} takes a whole number`);
  return number;
}

function setsOf(text: string): FamilySet[] {
  if (text === 'both') return ['tuning', 'sealed'];
  if (text === 'tuning' || text === 'sealed') return [text];
  throw new RangeError('--set takes tuning, sealed or both');
}
