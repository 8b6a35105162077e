/** Time to plan 72 hours, and to ask the plan about each of its windows: `npx node bench/plan.ts`. */
import { readFileSync } from 'node:fs';
import { parseProfile } from '../src/config/profile.ts';
import { WINDOW_MS } from '../src/model/window.ts';
import { buildPlan } from '../src/plan/build.ts';
import { previewPlan } from '../src/plan/preview.ts';
import { levelAt, requestsBetween } from '../src/plan/rate.ts';

const fileName = 'loadprofiles/soak-72h.yaml';
const source = readFileSync(fileName, 'utf8');
const read = () =>
  parseProfile(source, {
    fileName,
    readFile: (path) => readFileSync(path, 'utf8'),
    systemTimezone: 'Europe/Berlin',
    overrides: { targetUrl: 'http://127.0.0.1:8080' },
  });
const parsed = read();
if (!parsed.ok) throw new Error('the shipped profile is not valid');
const { profile } = parsed;

/** Over the change of the clocks in autumn. */
const start = { startMs: Date.UTC(2026, 9, 24, 10), compression: 1 };
const ROUNDS = 200;

function median(work: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return times.toSorted((a, b) => a - b)[ROUNDS / 2] ?? Number.NaN;
}

const build = median(() => void buildPlan(profile, start, []));
const parse = median(() => void read());
const preview = median(() => void previewPlan(profile, start));
const windows = median(() => {
  const plan = buildPlan(profile, start, []);
  for (let fromMs = plan.startMs; fromMs < plan.endMs; fromMs += WINDOW_MS) {
    requestsBetween(plan, fromMs, fromMs + WINDOW_MS);
    levelAt(plan, profile, fromMs + WINDOW_MS / 2);
  }
});

console.log(`read and check the profile    ${parse.toFixed(2)} ms`);
console.log(`plan 72 hours                 ${build.toFixed(2)} ms`);
console.log(`plan and ask 25920 windows    ${windows.toFixed(2)} ms`);
console.log(`all that \`soakd plan\` shows   ${preview.toFixed(2)} ms`);
