import { describe, expect, it } from 'vitest';
import { COLUMN_NAMES, csvOf, samplesCsv, samplesTable } from '../../../tests/support/samples-csv.ts';
import { type Analysis, analyze } from './analyze.ts';
import type { ColumnSettings } from './follow.ts';
import { readColumns } from './read-columns.ts';

const NO_SETTINGS: ColumnSettings = { kinds: new Map(), limits: new Map() };

function analysisOf(csv: string, settings: ColumnSettings = NO_SETTINGS): Analysis {
  const read = readColumns(Buffer.from(csv), 'samples.csv');
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return analyze(read.columns, settings);
}

const verdictsOf = ({ series }: Analysis): Record<string, string> =>
  Object.fromEntries(series.map(({ finding }) => [finding.name, finding.verdict]));

const one = ({ series }: Analysis, name: string): Analysis['series'][number] => {
  const found = series.find(({ finding }) => finding.name === name);
  if (found === undefined) throw new Error(`no series ${name}`);
  return found;
};

/** What was found, without the samples. */
const findings = ({ verdict, series }: Analysis) => ({
  verdict,
  series: series.map(({ finding, firstCalledHour, changes, why }) => ({ finding, firstCalledHour, changes, why })),
});

const LEAKING = { seed: 11, hours: 72, everySeconds: 300, leakPercentPerDay: 25 } as const;
const SLOWER = { ...LEAKING, seed: 5, leakPercentPerDay: 8 } as const;

describe('an analysis of columns', () => {
  it('passes a healthy service, of 24 h at five minutes and of 72 h at a minute', () => {
    for (const size of [
      { hours: 24, everySeconds: 300 },
      { hours: 72, everySeconds: 60 },
    ]) {
      const analysis = analysisOf(samplesCsv({ seed: 7, ...size }));
      expect(analysis.verdict).toBe('passed');
      expect(verdictsOf(analysis)).toEqual({
        rss_bytes: 'stable',
        open_connections: 'stable',
        latency_p95_ms: 'stable',
      });
      expect(analysis.spanHours).toBe(size.hours);
    }
  });

  it('fails one whose memory leaks, with the growth inside of its interval', () => {
    const analysis = analysisOf(samplesCsv(LEAKING));
    expect(analysis.verdict).toBe('failed');
    expect(verdictsOf(analysis)).toEqual({ rss_bytes: 'leak', open_connections: 'stable', latency_p95_ms: 'stable' });
    const { growthPercentPer24h } = one(analysis, 'rss_bytes').finding;
    // Relative to the level at median load: nine tenths and a tenth.
    expect(growthPercentPer24h?.low).toBeLessThan(25);
    expect(growthPercentPer24h?.high).toBeGreaterThan(25);
  });

  it('fails one whose responses become slower', () => {
    const analysis = analysisOf(samplesCsv({ seed: 3, hours: 72, everySeconds: 300, driftPercentPerDay: 20 }));
    expect(verdictsOf(analysis)).toEqual({ rss_bytes: 'stable', open_connections: 'stable', latency_p95_ms: 'drift' });
    expect(analysis.verdict).toBe('failed');
  });

  it('finds the same in three days of seconds as in the minutes of them', () => {
    const analysis = analysisOf(samplesCsv({ ...LEAKING, everySeconds: 1 }));
    expect(verdictsOf(analysis)).toEqual({ rss_bytes: 'leak', open_connections: 'stable', latency_p95_ms: 'stable' });
    expect(analysis.spanHours).toBe(72);
  });

  it('answers for every column that is named, empty ones and an unknown load too', () => {
    const analysis = analysisOf(samplesCsv({ ...LEAKING, empty: ['load_rpm', 'open_connections'] }));
    expect(verdictsOf(analysis)).toMatchObject({
      open_connections: 'insufficient',
      latency_p95_ms: expect.any(String),
    });
    expect(one(analysis, 'open_connections').why).toBe('There is no sample.');
    const nothing = analysisOf(samplesCsv({ ...LEAKING, empty: COLUMN_NAMES }));
    expect(Object.values(verdictsOf(nothing))).toEqual(['insufficient', 'insufficient', 'insufficient']);
    expect(nothing.verdict).toBe('inconclusive');
  });

  it('is inconclusive while a file is too short', () => {
    const analysis = analysisOf(samplesCsv({ seed: 5, hours: 3, everySeconds: 60 }));
    expect(analysis.verdict).toBe('inconclusive');
    for (const { finding, firstCalledHour, why } of analysis.series) {
      expect(finding.verdict).toBe('insufficient');
      expect(firstCalledHour).toBeNull();
      expect(why).toContain('180 samples');
    }
    const lone = analysisOf('time,a\n0,1\n');
    expect(lone.verdict).toBe('inconclusive');
    expect(one(lone, 'a').why).toBe('There is one sample; at least 6 h are needed.');
  });

  it('calls a leak at the hour it names when the file ends there, and not when it ends an hour before', () => {
    for (const jitter of [0, 0.3]) {
      const { header, rows } = samplesTable({ ...SLOWER, jitter, time: 'epoch milliseconds' });
      const startMs = Number(rows[0]?.[0]);
      const until = (hour: number): string =>
        csvOf(
          header,
          rows.filter(([at]) => Number(at) < startMs + hour * 3_600_000),
        );
      const { firstCalledHour } = one(analysisOf(csvOf(header, rows)), 'rss_bytes');
      expect(firstCalledHour).not.toBeNull();
      const hour = firstCalledHour ?? 0;
      const cut = one(analysisOf(until(hour)), 'rss_bytes');
      expect(cut.finding.verdict).toBe('leak');
      expect(cut.firstCalledHour).toBe(hour);
      const before = one(analysisOf(until(hour - 1)), 'rss_bytes');
      expect(before.finding.verdict).not.toBe('leak');
      expect(before.firstCalledHour).toBeNull();
    }
  });

  it('does not depend on the order of columns or rows, nor on how times are written', () => {
    const options = { ...LEAKING, hours: 30 };
    const { header, rows } = samplesTable(options);
    const wanted = findings(analysisOf(csvOf(header, rows)));
    const permuted = (row: readonly string[]): string[] => [0, 3, 4, 1, 2].map((at) => row[at] ?? '');
    const mixed = findings(analysisOf(csvOf(permuted(header), rows.map(permuted))));
    expect({ ...mixed, series: [2, 0, 1].map((at) => mixed.series[at]) }).toEqual(wanted);
    expect(findings(analysisOf(csvOf(header, rows.toReversed())))).toEqual(wanted);
    for (const time of ['iso without zone', 'epoch seconds', 'epoch milliseconds'] as const)
      expect(findings(analysisOf(samplesCsv({ ...options, time })))).toEqual(wanted);
    expect(findings(analysisOf(csvOf(header, rows).replaceAll('\n', '\r\n')))).toEqual(wanted);
  });

  it('does not mind samples at irregular distances', () => {
    const analysis = analysisOf(samplesCsv({ ...LEAKING, everySeconds: 900, jitter: 0.4 }));
    expect(verdictsOf(analysis)).toMatchObject({ rss_bytes: 'leak' });
    expect(analysis.spanHours).toBe(72);
  });

  it('judges columns as it is told, and leaves out what it is told to ignore', () => {
    const kinds = new Map([
      ['rss_bytes', 'ignore'],
      ['latency_p95_ms', 'growth'],
    ] as const);
    const analysis = analysisOf(samplesCsv(LEAKING), { kinds, limits: new Map() });
    expect(analysis.series.map(({ finding }) => [finding.name, finding.kind])).toEqual([
      ['open_connections', 'growth'],
      ['latency_p95_ms', 'growth'],
    ]);
    expect(analysis.verdict).toBe('passed');
  });

  it('says when a limit is reached', () => {
    const limits = new Map([['rss_bytes', 1.5e9]]);
    const { exhaustion } = one(analysisOf(samplesCsv(LEAKING), { kinds: new Map(), limits }), 'rss_bytes').finding;
    // From about 700 MB at 100 MB a day.
    expect(exhaustion?.hour).toBeGreaterThan(72 + 4 * 24);
    expect(exhaustion?.low).toBeLessThan(exhaustion?.hour ?? 0);
  });

  it('takes change points from whoever finds them', () => {
    const read = readColumns(Buffer.from(samplesCsv({ seed: 1, hours: 24, everySeconds: 600 })), 'samples.csv');
    if (!read.ok) throw new Error('not read');
    const { series } = analyze(read.columns, NO_SETTINGS, ({ name }) => [{ hour: 5, label: `deploy of ${name}` }]);
    expect(series[0]?.changes).toEqual([{ hour: 5, label: 'deploy of rss_bytes' }]);
  });
});
