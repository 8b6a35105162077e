/**
 * What `soakd analyze` costs on three days of seconds: reading the file, following its series, judging them.
 *
 *     npx node bench/columns.ts [series]
 */
import { analyze } from '../src/detect/columns/analyze.ts';
import { follow } from '../src/detect/columns/follow.ts';
import { readColumns } from '../src/detect/columns/read-columns.ts';
import { normalNoise } from '../tests/support/noise.ts';

const HOURS = 72;
const ROUNDS = 5;
const seriesCount = Number(process.argv[2] ?? 6);
const settings = { kinds: new Map(), limits: new Map() };

function file(everySeconds: number): Buffer {
  const noise = normalNoise(1);
  const names = Array.from({ length: seriesCount }, (_, at) =>
    at % 3 === 2 ? `latency_${at}_ms` : `memory_${at}_bytes`,
  );
  const lines = [`time,load_rpm,${names.join(',')}`];
  const startMs = Date.UTC(2026, 10, 16);
  for (let second = 0; second < HOURS * 3600; second += everySeconds) {
    const load = 600 * (1 + 0.6 * Math.sin((2 * Math.PI * second) / 86_400));
    const cells = names.map((_, at) =>
      at % 3 === 2
        ? (80 * Math.exp(load / 3000 + 0.03 * noise())).toFixed(2)
        : (4e8 * (1 + load / 6000 + 0.005 * noise())).toFixed(0),
    );
    lines.push(`${new Date(startMs + second * 1000).toISOString()},${load.toFixed(1)},${cells.join(',')}`);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Processor time, which other work on the machine changes least. */
const medianMs = (work: () => unknown): number => {
  const took = Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return took.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;
};

for (const everySeconds of [1, 60, 300]) {
  const bytes = file(everySeconds);
  const read = readColumns(bytes, 'bench.csv');
  if (!read.ok) throw new Error('the file of the benchmark is not read');
  const rows = read.columns.timesMs.length;
  const readMs = medianMs(() => readColumns(bytes, 'bench.csv'));
  const followMs = medianMs(() => follow(read.columns, settings));
  const allMs = medianMs(() => analyze(read.columns, settings));
  const megabytes = bytes.length / 1e6;
  console.log(
    `every ${everySeconds} s: ${rows} rows, ${seriesCount} series, ${megabytes.toFixed(1)} MB; ` +
      `read ${readMs.toFixed(0)} ms (${(megabytes / (readMs / 1000)).toFixed(0)} MB/s), follow ${followMs.toFixed(0)} ms, ` +
      `follow and judge every hour ${allMs.toFixed(0)} ms`,
  );
}
console.log(`resident at the end: ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`);
