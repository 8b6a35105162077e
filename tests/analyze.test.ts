import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplesCsv } from './support/samples-csv.ts';
import { soakd } from './support/soakd.ts';

const LEAKING = samplesCsv({ seed: 11, hours: 72, everySeconds: 300, leakPercentPerDay: 25 });
const HEALTHY = samplesCsv({ seed: 7, hours: 24, everySeconds: 300 });
const SHORT = samplesCsv({ seed: 7, hours: 2, everySeconds: 300 });
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

describe('soakd analyze', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'soakd-analyze-'));
    writeFileSync(join(folder, 'leaking.csv'), LEAKING);
    writeFileSync(join(folder, 'healthy.csv'), HEALTHY);
    writeFileSync(join(folder, 'short.csv'), SHORT);
    writeFileSync(join(folder, 'bad.csv'), 'time,a\n0,1\n60,2MB\nsoon,3\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const analyze = (...args: string[]) => soakd(['analyze', ...args], { cwd: folder });

  it.each([
    ['healthy.csv', 0, 'passed'],
    ['leaking.csv', 1, 'failed'],
    ['short.csv', 3, 'inconclusive'],
  ])('ends for %s with %d, %s', async (file, code, verdict) => {
    const ended = await analyze(file, '--json');
    expect(ended.said).toBe('');
    expect(ended.code).toBe(code);
    expect(JSON.parse(ended.out)).toMatchObject({ verdict });
  });

  it('gives JSON of one shape, its keys in order, its times ISO 8601', async () => {
    const { verdict, series, ...more } = JSON.parse(
      (await analyze('leaking.csv', '--limit', 'rss_bytes=2GB', '--json')).out,
    );
    expect({ verdict, more }).toEqual({ verdict: 'failed', more: {} });
    expect(series.map(({ name, kind }: { name: string; kind: string }) => [name, kind])).toEqual([
      ['rss_bytes', 'growth'],
      ['open_connections', 'growth'],
      ['latency_p95_ms', 'drift'],
    ]);
    for (const one of series)
      expect(Object.keys(one)).toEqual([
        ...['name', 'kind', 'verdict', 'growthPercentPer24h', 'firstCalledAt', 'onset', 'changePoints', 'exhaustion'],
        ...['detectablePercentPer24h', 'why'],
      ]);
    const [leak, connections] = series;
    expect(Object.keys(leak.growthPercentPer24h)).toEqual(['estimate', 'low', 'high']);
    expect(Object.keys(leak.exhaustion)).toEqual(['at', 'low', 'high']);
    for (const at of [leak.firstCalledAt, leak.onset, leak.exhaustion.at]) expect(at).toMatch(ISO);
    expect(leak.detectablePercentPer24h).toBeGreaterThan(0);
    expect(connections).toMatchObject({ firstCalledAt: null, onset: null, exhaustion: null });
  });

  it('draws a chart of each series, and says verdict, figures and why', async () => {
    const { out, code } = await analyze('leaking.csv');
    expect(code).toBe(1);
    expect(out).toMatch(/^rss_bytes {2}leak\n.*┤.*[\u2801-\u28ff]/);
    expect(out).toMatch(/└─+.*▲.*\n +2026-11-16 09:00 +2026-11-19 09:00 UTC\n/);
    expect(out).toMatch(/growth {5}\S+ % a day, 95 % interval/);
    expect(out).toMatch(/latency_p95_ms {2}stable {2}\(tested for drift\)/);
    expect(out).toMatch(/\n\nfailed: leak in rss_bytes\n$/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('colours only when asked to, and never with NO_COLOR', async () => {
    const colours = async (env: Record<string, string>): Promise<boolean> =>
      (await soakd(['analyze', 'healthy.csv'], { cwd: folder, env })).out.includes('\u001b[');
    expect(await colours({})).toBe(false);
    expect(await colours({ FORCE_COLOR: '1' })).toBe(true);
    expect(await colours({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  });

  it('reads standard input', async () => {
    const fromFile = await analyze('healthy.csv', '--json');
    expect(await soakd(['analyze', '-', '--json'], { input: HEALTHY })).toEqual(fromFile);
    const bad = await soakd(['analyze', '-'], { input: 'time;a\n' });
    expect(bad).toMatchObject({ code: 2, said: expect.stringContaining('stdin:1:1: columns are separated by ";"') });
  });

  it('names every problem with line and column, prints nothing else, and ends with 2', async () => {
    const { code, out, said } = await analyze('bad.csv', '--json');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(said).toContain('bad.csv:3:4 a: "2MB" is not a number; write the number alone');
    expect(said).toContain('bad.csv:4:1 time: "soon" is not a time; write ISO 8601');
    expect(await analyze('nowhere.csv')).toMatchObject({ code: 2, said: expect.stringContaining('no such file') });
    expect(await analyze('.')).toMatchObject({ code: 2, said: expect.stringContaining('a folder') });
  });

  it.each([
    ['a kind that is none', ['--kind', 'rss_bytes=leak'], 'NAME=growth'],
    ['a kind of a column that is not there', ['--kind', 'rss_byte=drift'], 'did you mean "rss_bytes"?'],
    ['a limit that is no amount', ['--limit', 'rss_bytes=lots'], 'rss_bytes=512MiB'],
    ['a limit of what is tested for drift', ['--limit', 'latency_p95_ms=200'], 'is not tested for growth'],
    [
      'nothing to judge',
      ['rss_bytes', 'open_connections', 'latency_p95_ms'].flatMap((name) => ['--kind', `${name}=ignore`]),
      'every column is ignored',
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, out, said } = await analyze('healthy.csv', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(said).toContain(message);
  });

  it('says on stderr what it changed in a file', async () => {
    const { said } = await soakd(['analyze', '-'], { input: 'time,a\n60,1\n0,2\n' });
    expect(said).toBe('note: stdin: 1 row is earlier than the row before (first in line 3): sorted by time\n');
  });
});
