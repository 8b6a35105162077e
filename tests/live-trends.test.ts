/** Growth and drift of one run, asked while it lived, at its end, on replay and of a file: the same numbers to the last digit. */
import { describe, expect, it } from 'vitest';
import { analyze } from '../src/detect/columns/analyze.ts';
import { readColumns } from '../src/detect/columns/read-columns.ts';
import type { Followed } from '../src/detect/trend/finding.ts';
import type { SeriesTrend, TrendState, Verdict } from '../src/model/verdict.ts';
import { p95Readings } from '../src/verdict/drift-of-run.ts';
import { judgedSketches } from '../src/verdict/durations.ts';
import { judge } from '../src/verdict/judge.ts';
import { judgedTime } from '../src/verdict/judged-time.ts';
import { loadRunRows } from '../src/verdict/load-rows.ts';
import type { RunRows } from '../src/verdict/rows.ts';
import { atProfileHour } from '../src/verdict/run-clock.ts';
import { columnsOf } from '../src/verdict/sample-column.ts';
import { spanOf } from '../src/verdict/span.ts';
import { followedRun, lookedAt } from '../src/verdict/trends-of-run.ts';
import { correlatedNoise } from './support/noise.ts';
import { begin, HOUR_MS, SimulatedStaging, START_MS, type StagingScript } from './support/simulated-staging.ts';

const HOURS = 26;
const MINUTE_MS = 60_000;
const profile = `
soak_test:
  name: "a day and two hours"
  duration: ${HOURS}h
  traffic_pattern:
    base_rate: 300
    warmup: 30m
    hourly_multipliers: [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
  calibration: off
  monitoring:
    samplers:
      - { kind: scripted, name: agent }
`;

const wander = correlatedNoise(7, 0.8);
/** Heap after collection that grows 12 % a day, and resident memory that does not. */
const series: NonNullable<StagingScript['series']> = {
  heap_after_gc_bytes: {
    unit: 'bytes',
    leakCandidate: true,
    memory: true,
    at: (atMs) => 2e8 * (1 + (0.12 * (atMs - START_MS)) / (24 * HOUR_MS) + 0.002 * wander()),
  },
  rss_bytes: {
    unit: 'bytes',
    leakCandidate: true,
    memory: true,
    at: (atMs) => 5e8 * (1 + 0.004 * wander()) + 12e6 * (((atMs / MINUTE_MS) % 17) / 17),
  },
};

/** What is said of each series, as JSON holds it. */
const saidOf = ({ growth, drift }: Pick<Verdict, 'growth' | 'drift'>): unknown => [growth, drift];

async function lived() {
  const staging = new SimulatedStaging({ series, settings: { watchEveryMs: MINUTE_MS, pollMs: 30_000 } });
  const soaks = staging.daemon();
  const run = await staging.clock.runUntil(begin(soaks, profile), MINUTE_MS);
  const live: { hour: number; said: unknown; replayed: unknown }[] = [];
  for (let hour = 1; hour < HOURS; hour++) {
    // All series have had their turn long before the next hour is over.
    await staging.clock.advance(run.startMs + (hour + 1) * HOUR_MS - 1 * MINUTE_MS - staging.clock.now());
    if (hour % 6 !== 0 && hour < 21) continue;
    const status = soaks.status(run.id);
    const growth = status?.series.flatMap((one) => one.growth ?? []) ?? [];
    const rows = await loadRunRows(staging.store, run.id);
    const replayed = judge(rows, { nowMs: staging.clock.now() });
    live.push({ hour, said: saidOf({ growth, drift: status?.drift ?? [] }), replayed: saidOf(replayed) });
  }
  await staging.play(soaks, run.id);
  return { live, rows: await loadRunRows(staging.store, run.id), verdict: await staging.verdict(run.id) };
}

/** What the detectors look at in a finished run. */
function followedOf(rows: RunRows): { followed: Followed[]; hour: number } {
  const span = spanOf(rows);
  const time = judgedTime(rows, span);
  const looked = lookedAt(rows, span, time);
  const sketches = judgedSketches(rows, time.judged, span);
  const { growing, drifting } = followedRun(
    rows,
    looked,
    columnsOf(rows.series, rows.samples),
    p95Readings(sketches, looked),
  );
  return { followed: [...growing, ...drifting].map(({ followed }) => followed), hour: looked.hour };
}

/** The same as a file of samples, one row for each instant at which anything stands. */
function csvOf(rows: RunRows): string {
  const { followed } = followedOf(rows);
  const load = followed[0]?.load;
  if (load === undefined || load === null) throw new Error('the load of a run is known');
  const columns = [
    { name: 'load_rpm', ...load },
    ...followed.map(({ name, kind, readings }) => ({ name: kind === 'drift' ? `latency_${name}` : name, ...readings })),
  ];
  const cells = new Map<number, string[]>();
  columns.forEach(({ hours, values }, at) => {
    hours.forEach((hour, place) => {
      const atMs = atProfileHour(rows.plan, hour);
      const row = cells.get(atMs) ?? columns.map(() => '');
      row[at] = String(values[place]);
      cells.set(atMs, row);
    });
  });
  const lines = [...cells].toSorted(([a], [b]) => a - b).map(([atMs, row]) => [atMs / 1000, ...row].join(','));
  return `${['time', ...columns.map(({ name }) => name)].join(',')}\n${lines.join('\n')}\n`;
}

const ofFile = (percent: SeriesTrend['growthPercentPer24h'], interval: SeriesTrend['interval']): unknown =>
  percent === null ? null : { estimate: percent, low: interval?.low, high: interval?.high };

describe('growth and drift of one run', async () => {
  const { live, rows, verdict } = await lived();

  it('are at each hour of the live run what the stored rows say of that hour', () => {
    expect(live.map(({ hour }) => hour)).toEqual([6, 12, 18, 21, 22, 23, 24, 25]);
    for (const { hour, said, replayed } of live) expect(said, `hour ${hour}`).toEqual(replayed);
  });

  it('are at the end what a replay says, and the leak is called', () => {
    expect(judge(rows)).toEqual(verdict);
    const states = verdict.growth.map(({ series: name, state }): [string, TrendState] => [name, state]);
    expect(states).toEqual([
      ['agent.heap_after_gc_bytes', 'leak'],
      ['agent.rss_bytes', 'stable'],
    ]);
  });

  it('are to the last digit what `analyze` says of the same samples in a file', () => {
    const read = readColumns(Buffer.from(csvOf(rows)), 'run.csv');
    if (!read.ok) throw new Error(JSON.stringify(read));
    const settings = { kinds: new Map(), limits: new Map() };
    const analysed = analyze(read.columns, settings);
    const expected = [...verdict.growth, ...verdict.drift];
    expect(analysed.series.length).toBe(expected.length);
    analysed.series.forEach(({ finding, firstCalledHour, why, changes }, at) => {
      const own = expected[at];
      if (own === undefined) throw new Error('as many series');
      expect(finding.growthPercentPer24h).toEqual(ofFile(own.growthPercentPer24h, own.interval));
      expect([finding.verdict, finding.detectablePercentPer24h, why]).toEqual([
        own.state,
        own.detectablePercentPer24h,
        own.why,
      ]);
      expect(changes.map(({ hour }) => atProfileHour(rows.plan, hour))).toEqual(
        own.changePoints.map(({ atMs }) => atMs),
      );
      const calledMs = firstCalledHour === null ? null : atProfileHour(rows.plan, firstCalledHour);
      expect(calledMs).toBe(own.firstCalledMs);
    });
  });
});
