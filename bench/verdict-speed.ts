/**
 * How long the verdict of a whole soak takes: 72 h, 26 000 windows, 20 request names, 50 series.
 * `npx node bench/verdict-speed.ts`
 */
import { gatherEvidence } from '../src/verdict/evidence.ts';
import { judge } from '../src/verdict/judge.ts';
import { MEMORY, runRows } from '../tests/support/run-rows.ts';

const series = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`agent.series_${at}`, MEMORY]));
const names = Array.from({ length: 20 }, (_, at) => `GET /${at}`);
const rows = runRows({ hours: 72, ratePerMinute: 3000, series, names });
console.log(`${rows.windows.length} windows, ${rows.sketches.length} sketches, ${rows.samples.length} samples`);
/** CPU time, so that other work beside it does not count: milliseconds. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
console.log(`first: ${cpuMs(() => console.log(judge(rows).headline)).toFixed(0)} ms of CPU`);
const times = Array.from({ length: 7 }, () => cpuMs(() => judge(rows)));
console.log(`verdict: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms of CPU`);
const { trends } = gatherEvidence(rows);
const given = Array.from({ length: 7 }, () => cpuMs(() => judge(rows, { trends })));
console.log(`with the trends of the watch: ${given.map((ms) => ms.toFixed(0)).join(', ')} ms of CPU`);
