import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { HOUR_MS, MEMORY, profileOf, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import { judge } from '../verdict/judge.ts';
import type { RunRows } from '../verdict/rows.ts';
import { escapeXml } from './junit.ts';
import { escapeMarkdown } from './markdown-table.ts';
import { REPORTS, type ReportFormat, renderReport } from './render.ts';

const LEAKING: RunScript = {
  hours: 72,
  warmupMs: HOUR_MS,
  series: {
    'agent.rss_bytes': { ...MEMORY, level: (hour, load) => 200e6 * (1 + 0.05 * load + (0.112 * hour) / 24) },
    'agent.heap_bytes': { ...MEMORY, level: () => 90e6 },
  },
  failures: (atMs) =>
    atMs >= START_MS + 30 * HOUR_MS && atMs < START_MS + 30 * HOUR_MS + 40_000 ? { connect: 1 } : {},
  gaps: [{ fromMs: START_MS + 50 * HOUR_MS, untilMs: START_MS + 50.5 * HOUR_MS, kind: 'absent' }],
  exclude: [{ kind: 'hours', fromMs: 20 * HOUR_MS, untilMs: 21 * HOUR_MS, reason: 'back-up | nightly' }],
  events: [
    {
      atMs: START_MS + 50.5 * HOUR_MS,
      kind: 'gap',
      severity: 'warning',
      message: 'nobody offered load for 30 min',
      data: {},
    },
  ],
  actions: [
    {
      atMs: START_MS + 5 * HOUR_MS,
      who: 'tester@example',
      kind: 'annotate',
      text: 'cache cleared <b>by hand</b>',
      edit: null,
    },
  ],
};

const report = (format: ReportFormat, rows: RunRows): string => renderReport(format, rows, judge(rows));

/** Throws at the first thing that is not well-formed XML. */
function elementsOf(xml: string): { name: string; attributes: Record<string, string> }[] {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => elements.push({ name, attributes: { ...attributes } }));
  parser.write(xml).close();
  return elements;
}

describe('a report', () => {
  const rows = runRows(LEAKING);

  // What a page looks like is for eyes: html.test.ts holds what must be in it.
  it.each(REPORTS.filter(({ format }) => format !== 'html'))(
    'in $format looks as the golden file',
    async ({ format, fileName }) => {
      // The last digits of a sum depend on its order; nobody reads them.
      const rounded = report(format, rows).replaceAll(/-?\d+\.\d{6,}/g, (digits) =>
        String(Number(Number(digits).toPrecision(8))),
      );
      await expect(rounded).toMatchFileSnapshot(`../../tests/fixtures/leaking-${fileName}.golden`);
    },
  );

  it('says in its first two lines what happened and why', () => {
    const [first, second] = report('md', rows).split('\n');
    expect(first).toBe('# FAILED: reliability test report, a soak by hand');
    expect(second).toMatch(/MTTR: 40 s on average against <= 30s \(and 1 more\)/);
  });

  it('keeps a name as it is where the second line begins with one', () => {
    const second = (why: string): string | undefined =>
      renderReport('md', rows, { ...judge(rows), headline: `failed: ${why}` }).split('\n')[1];
    expect(second('orders.rss_bytes grows 15.8 %')).toBe('**orders.rss_bytes grows 15.8 %.**');
    expect(second('agent was restarted')).toBe('**agent was restarted.**');
    expect(second('load was not offered')).toBe('**Load was not offered.**');
  });

  it('says of what an operator did how long it lasts and when it ends', () => {
    const atMs = START_MS + HOUR_MS;
    const edits = [
      { kind: 'rate', atMs, factor: 1.5, untilMs: atMs + 20_000 },
      { kind: 'extend', atMs, byMs: 30_000 },
      { kind: 'rate', atMs, factor: 0.5, untilMs: null },
      { kind: 'extend', atMs: atMs + 1, byMs: 60_000 },
    ] as const;
    const actions = edits.map((edit) => ({ atMs: edit.atMs, who: 'ann', kind: edit.kind, text: edit.kind, edit }));
    const lines = report('md', runRows({ hours: 2, edits: [...edits], actions })).split('\n');
    expect(lines.flatMap((line) => /\| (ann: .*) \|$/.exec(line)?.[1] ?? [])).toEqual([
      'ann: rate × 1.5 for 20 s, until 2026-01-05T01:00:20Z',
      'ann: extend by 30 s, to 2026-01-05T02:00:30Z',
      'ann: rate × 0.5 from here on',
      'ann: extend by 1 min, to 2026-01-05T02:01:30Z',
    ]);
  });

  it('says of its two numbers of requests what each counts', () => {
    const rows = runRows({ hours: 2, warmupMs: 130_000 });
    const { requests } = judge(rows);
    const text = report('md', rows);
    const judged = `${requests.total}`.replace(/(\d)(\d{3})$/, '$1 $2');
    expect(text).toContain(`- **Requests**: ${judged} judged, of which 0 failed`);
    expect(text).toContain(
      `counts whole: so the requests below may be some more or fewer than the ${judged} judged ones.`,
    );
  });

  it('tells of the calibration windows: how many, how long, at which rate', () => {
    const calibration = { everyMs: 6 * HOUR_MS, lengthMs: HOUR_MS / 2, requestsPerMinute: 90 };
    const of = (script: RunScript, asked = calibration): string =>
      report('md', runRows({ ...script, profile: { ...profileOf(script), calibration: asked } }));
    expect(of({ hours: 24 })).toContain('Calibration windows: 4 of 30 min every 6 h, at 90/min.');
    expect(of({ hours: 24, stopMs: START_MS + 8 * HOUR_MS })).toContain('at 90/min; 2 of them were over when');
    expect(of({ hours: 24, compression: 60 })).toContain(' of 30 min (30 s of real time) every 6 h, at 90/min.');
    expect(of({ hours: 1 }, { ...calibration, lengthMs: 2 * HOUR_MS })).toMatch(/Calibration windows: none, /);
    expect(report('md', rows)).not.toContain('Calibration');
  });

  it('names restarts of dependencies beside the crashes, of which they are none', () => {
    const restart = (hours: number, source: string): NonNullable<RunScript['events']>[number] => ({
      atMs: START_MS + hours * HOUR_MS,
      kind: 'dependency_restarted',
      severity: 'warning',
      message: `${source} was restarted`,
      data: { source },
    });
    const events = [restart(1, 'cache'), restart(2, 'orders'), restart(3, 'cache')];
    const text = report('md', runRows({ hours: 6, events }));
    expect(text).toMatch(/^- \*\*Restarts of dependencies\*\*, .*: cache 2 times, orders$/m);
    expect(text).toContain('cache was restarted');
  });

  it('of a rehearsal never reads as a pass of the real thing', () => {
    const rehearsal = runRows({ hours: 72, compression: 1080, ratePerMinute: 1200, warmupMs: 6 * HOUR_MS });
    expect(report('md', rehearsal)).toMatch(/^# REHEARSED: WOULD PASS: /);
    expect(JSON.parse(report('json', rehearsal))).toMatchObject({ verdict: { rehearsal: true } });
  });

  it('as JSON holds the verdict unchanged, with a version', () => {
    expect(JSON.parse(report('json', rows))).toMatchObject({
      format: 'soakd-report',
      version: 1,
      verdict: judge(rows),
    });
  });

  it('as JUnit fails what failed, and does not let a pipeline pass over what was inconclusive', () => {
    const cases = elementsOf(report('junit', runRows({ ...LEAKING, stopMs: START_MS + 4 * HOUR_MS })));
    const [suites] = cases;
    const count = (name: string): string => String(cases.filter((element) => element.name === name).length);
    expect(suites?.attributes).toMatchObject({
      tests: count('testcase'),
      failures: count('failure'),
      errors: count('error'),
      skipped: count('skipped'),
    });
    expect(Number(suites?.attributes.errors)).toBeGreaterThan(0);
    expect(cases).toContainEqual({
      name: 'error',
      attributes: { message: expect.stringMatching(/^ended 2 d 20 h before its time/), type: 'inconclusive' },
    });
  });

  it('holds any text that a target, a profile or an operator may produce', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (wild) => {
        const escaped = escapeXml(wild);
        expect(elementsOf(`<a b="${escaped}">${escaped}</a>`)).toHaveLength(1);
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (wild) => {
        expect(escapeMarkdown(wild)).not.toMatch(/\n|(?<!\\)\|/);
      }),
    );
  });

  it('is a pure function of its rows', () => {
    for (const { format } of REPORTS) expect(report(format, structuredClone(rows))).toBe(report(format, rows));
  });
});
