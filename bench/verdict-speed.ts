/**
 * How long the verdict of a whole soak takes: 72 h, 26 000 windows, 20 request names, 50 series.
 * `npx node bench/verdict-speed.ts`
 */
import { judge } from '../src/verdict/judge.ts';
import { MEMORY, runRows } from '../tests/support/run-rows.ts';

const series = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`agent.series_${at}`, MEMORY]));
const names = Array.from({ length: 20 }, (_, at) => `GET /${at}`);
const rows = runRows({ hours: 72, ratePerMinute: 3000, series, names });
console.log(`${rows.windows.length} windows, ${rows.sketches.length} sketches, ${rows.samples.length} samples`);
const times: number[] = [];
for (let turn = 0; turn < 7; turn++) {
  const begun = performance.now();
  const verdict = judge(rows);
  const cloned = performance.now();
  judge(rows);
  times.push(performance.now() - cloned);
  if (turn === 0) console.log(`first: ${(cloned - begun).toFixed(0)} ms; ${verdict.headline}`);
}
console.log(`verdict: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
