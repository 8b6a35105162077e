/**
 * What the question of every minute costs a live run: 50 series and 20 request names, from hour 71 to hour 72 and from hour 11 to
 * hour 12. Rows are fed minute by minute as a live run does, then growth and drift are asked.
 * Run: `npx node bench/every-minute.ts`
 */
import type { Sample } from '../src/model/sample.ts';
import type { SketchRow, WindowRow } from '../src/store/store.ts';
import { TrendWatch } from '../src/verdict/trend-watch.ts';
import { HOUR_MS, MEMORY, runRows, START_MS } from '../tests/support/run-rows.ts';

const MINUTE_MS = 60_000;
const leaking = { ...MEMORY, level: (hour: number) => 2e8 * (1 + (0.1 * hour) / 24) };
const filling = { ...MEMORY, level: (hour: number) => 2e8 * (2 - Math.exp(-hour / 12)) };
const kinds = [MEMORY, MEMORY, MEMORY, filling, leaking];
const series = Object.fromEntries(
  Array.from({ length: 50 }, (_, at) => [`agent.series_${at}`, kinds[at % kinds.length] ?? MEMORY]),
);
const names = Array.from({ length: 20 }, (_, at) => `GET /${at}`);
const rows = runRows({ hours: 74, ratePerMinute: 3000, series, names, liveUntilMs: START_MS + 73 * HOUR_MS });
const samples = rows.samples.toSorted((a, b) => a.atMs - b.atMs);
let [window, sketch, sample] = [0, 0, 0];

function feed(watch: TrendWatch, untilMs: number): void {
  const windows: WindowRow[] = [];
  while ((rows.windows[window]?.endMs ?? Number.POSITIVE_INFINITY) <= untilMs)
    windows.push(...rows.windows.slice(window, ++window));
  const sketches: SketchRow[] = [];
  while ((rows.sketches[sketch]?.atMs ?? Number.POSITIVE_INFINITY) + 5 * MINUTE_MS <= untilMs)
    sketches.push(...rows.sketches.slice(sketch, ++sketch).map((row) => ({ ...row, scenario: 'soak' })));
  const read: Sample[] = [];
  while ((samples[sample]?.atMs ?? Number.POSITIVE_INFINITY) + MINUTE_MS <= untilMs)
    read.push(...samples.slice(sample, ++sample));
  for (const one of windows) watch.addStoredWindow(one);
  for (const one of sketches) watch.addStoredDurations(one);
  watch.addSamples(read);
}

/** CPU time, so that other work beside it does not count: milliseconds. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const watch = new TrendWatch(rows.run, rows.plan);
watch.addSeries(rows.series);
const byMinute: number[] = [];
for (let minute = 1; minute < 73 * 60; minute++)
  byMinute.push(
    cpuMs(() => {
      feed(watch, START_MS + minute * MINUTE_MS);
      watch.ask();
    }),
  );
for (const hour of [12, 24, 48, 72]) {
  const own = byMinute.slice((hour - 1) * 60, hour * 60).toSorted((a, b) => a - b);
  const mean = own.reduce((sum, ms) => sum + ms, 0) / own.length;
  const [median, p95, most] = [own[30] ?? 0, own[57] ?? 0, own.at(-1) ?? 0].map((ms) => ms.toFixed(1));
  console.log(`hour ${hour}: mean ${mean.toFixed(1)}, median ${median}, p95 ${p95}, most ${most} ms of CPU a minute`);
}
const told = watch.trends();
const count = (told?.growth.length ?? 0) + (told?.drift.length ?? 0);
console.log(`${count} trends; ${told?.growth.filter(({ finding }) => finding.verdict === 'leak').length} leaks called`);
