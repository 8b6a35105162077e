import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import {
  agentEvent,
  HOUR_MS,
  MEMORY,
  profileOf,
  type RunScript,
  runRows,
  START_MS,
} from '../../../tests/support/run-rows.ts';
import type { Verdict } from '../../model/verdict.ts';
import { judge } from '../../verdict/judge.ts';
import type { RunRows } from '../../verdict/rows.ts';
import { HTML_REPORT_CSP, renderHtml } from './html.ts';
import { html } from './markup.ts';

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
}

/** Throws at the first thing that is not well-formed. */
function elementsOf(page: string): Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: { ...attributes }, text: '' };
    elements.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    for (const element of open) element.text += text;
  });
  parser.on('closetag', () => open.pop());
  parser.write(page).close();
  return elements;
}

const render = (rows: RunRows): Element[] => elementsOf(renderHtml(rows, judge(rows)));
const textOf = (elements: readonly Element[], name: string): string[] =>
  elements.filter((element) => element.name === name).map(({ text }) => text);

/** Corners of each fitted line, in the picture's own units. */
const trendPaths = (elements: readonly Element[]): { x: number; y: number }[][] =>
  elements
    .filter(({ name, attributes }) => name === 'path' && attributes.class === 'line trend')
    .map(({ attributes }) =>
      [...(attributes.d ?? '').matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) })),
    );

const LEAKING: RunScript = {
  hours: 30,
  warmupMs: HOUR_MS,
  names: ['list', 'buy'],
  series: {
    'agent.rss_bytes': { ...MEMORY, level: (hour) => 200e6 * (1 + (0.2 * hour) / 24) },
    'agent.cpu_percent': { level: () => 12, info: { unit: 'percent', leakCandidate: false, memory: false } },
  },
  gaps: [{ fromMs: START_MS + 20 * HOUR_MS, untilMs: START_MS + 20.5 * HOUR_MS, kind: 'absent' }],
  exclude: [{ kind: 'hours', fromMs: 8 * HOUR_MS, untilMs: 9 * HOUR_MS, reason: 'nightly back-up' }],
  events: [agentEvent('target_restarted', 25)],
  actions: [{ atMs: START_MS + 5 * HOUR_MS, who: 'ann', kind: 'annotate', text: 'deploy of 4.2', edit: null }],
};

describe('the report as a page', () => {
  const rows = runRows(LEAKING);
  const page = render(rows);

  it('says first what happened and why', () => {
    expect(textOf(page, 'h1')).toEqual(['FAILED: reliability test report, a soak by hand']);
    expect(page.find(({ name }) => name === 'header')?.attributes.class).toBe('failed');
    expect(page.find(({ name }) => name === 'header')?.text).toContain('agent was restarted (and ');
  });

  it('draws the load, the response times, the failures and every series, each described for those who do not see it', () => {
    const pictures = page.filter(({ name, attributes }) => name === 'svg' && attributes.role === 'img');
    expect(
      textOf(page, 'figcaption').map((text) => text.replace(/,.*|(mean|P99|served|failed or|warm-up).*/s, '')),
    ).toEqual([
      'What happened',
      'Requests a minute',
      'Response time of successful requests: P50',
      'Failed requests',
      'agent.rss_bytes',
      'agent.cpu_percent',
    ]);
    for (const { attributes } of pictures) {
      for (const id of attributes['aria-labelledby']?.split(' ') ?? ['none']) {
        const described = page.find((element) => element.attributes.id === id);
        expect(described?.text, id).not.toBe('');
        expect(['title', 'desc']).toContain(described?.name);
      }
    }
  });

  it('shows the fitted growth with its interval in the legend of the series', () => {
    const legend = textOf(page, 'figcaption').find((text) => text.startsWith('agent.rss_bytes'));
    expect(legend).toMatch(/(suspect|leak): 20 % per 24 h \([\d.]+ % to [\d.]+ %\)/);
    expect(page.filter(({ attributes }) => attributes.class === 'band').length).toBeGreaterThan(0);
  });

  it('draws the line that the dashboard draws: a step where the level changed, none over a restart', () => {
    const stepped = runRows({
      hours: 30,
      warmupMs: HOUR_MS,
      series: { 'agent.rss_bytes': { ...MEMORY, level: (hour) => (hour < 18 ? 300e6 : 220e6) } },
      actions: [{ atMs: START_MS + 18 * HOUR_MS, who: 'ann', kind: 'annotate', text: 'cache halved', edit: null }],
    });
    const down = trendPaths(render(stepped)).at(-1) ?? [];
    const x = (hour: number): number => 74 + (914 * hour) / 30;
    expect(down.at(0)?.x).toBeCloseTo(x(0), 0);
    expect(down.at(-1)?.x).toBeCloseTo(x(30), 0);
    const drops = down.filter((corner, at) => corner.x === down[at - 1]?.x && corner.y > (down[at - 1]?.y ?? 0) + 20);
    expect(drops.map((corner) => Math.round(corner.x))).toEqual([Math.round(x(18))]);
    // Of an agent that was restarted the line is that of its first life.
    expect(trendPaths(page).at(-1)?.at(-1)?.x).toBeCloseTo(x(25), 0);
  });

  it('marks restarts, what operators did, and time that is not judged, at their places on the axis', () => {
    const marks = page.filter(({ name, attributes }) => name === 'line' && attributes.class?.startsWith('mark '));
    const at = (kind: string): number[] =>
      marks
        .filter(({ attributes }) => attributes.class === `mark ${kind}`)
        .map(({ attributes }) => Number(attributes.x1));
    const x = (hour: number): number => Math.round(10 * (74 + (914 * hour) / 30)) / 10;
    expect(at('restart')).toEqual([x(25)]);
    expect(at('operator')).toEqual([x(5)]);
    const bands = page.filter(({ name, attributes }) => name === 'rect' && attributes.class?.startsWith('area '));
    const widths = Object.fromEntries(bands.map(({ attributes }) => [attributes.class, Number(attributes.width)]));
    expect(widths).toMatchObject({ 'area warmup': 30.5, 'area excluded': 30.5, 'area not_offered': 15.2 });
    expect(bands.map(({ text }) => text).join()).toContain('excluded: nightly back-up');
  });

  it('holds what §13 of the reliability plan asks for', () => {
    const headings = [...textOf(page, 'h2'), ...textOf(page, 'h3')];
    for (const heading of [
      'Test Run Summary',
      'Results Overview',
      'Issues Found',
      'Recommendations',
      'Pre-Test Checklist',
      'Post-Test Checklist',
      'Sign-off',
    ])
      expect(headings).toContain(heading);
    expect(page.filter(({ name }) => name === 'td').map(({ text }) => text)).toEqual(
      expect.arrayContaining(['list', 'buy', 'ann: deploy of 4.2', 'agent was restarted']),
    );
  });

  it('loads nothing, runs nothing, and styles itself by the one style sheet that its policy names', () => {
    expect(page.filter(({ name }) => ['script', 'link', 'img', 'iframe', 'form', 'object'].includes(name))).toEqual([]);
    for (const { attributes } of page) {
      for (const [name, value] of Object.entries(attributes)) {
        expect(name).not.toMatch(/^(on|style$|src$)/);
        if (name === 'href') expect(value).toMatch(/^#/);
      }
    }
    expect(page.filter(({ name }) => name === 'style')).toHaveLength(1);
    expect(page.find(({ name }) => name === 'style')?.text).not.toMatch(/url\(|@import/);
    expect(HTML_REPORT_CSP).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]{44}';/);
  });

  it('takes any text of a target, a profile or an operator as text', () => {
    const short: RunScript = { hours: 1, series: {} };
    const plain = runRows(short);
    const { length } = elementsOf(renderHtml(plain, judge(plain)));
    const verdict: Verdict = judge(plain);
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.constant('</style><script>alert(1)</script>"\'')),
        (wild) => {
          const run = { ...plain.run, name: wild, labels: {}, targetUrl: wild, startedBy: wild, environment: wild };
          const told = {
            ...verdict,
            headline: `failed: ${wild}`,
            criteria: verdict.criteria.map((one) => ({ ...one, targetText: wild })),
          };
          expect(elementsOf(renderHtml({ ...plain, run }, told)).length).toBe(length);
        },
      ),
      { numRuns: 60 },
    );
    expect(html`<p title="${'"><b>'}">${'a\u202Eb\u0000'}</p>`.toString()).toBe(
      '<p title="&quot;&gt;&lt;b&gt;">a\uFFFDb\uFFFD</p>',
    );
  });

  it('of three days and fifty series stays below two megabytes, no peak left out', () => {
    const cpu = {
      info: { unit: 'percent' as const, leakCandidate: false, memory: false },
      noise: 0.2,
      level: () => 50,
    };
    const series = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`s${at}.cpu_percent`, cpu]));
    const long = runRows({ hours: 72, series, names: Array.from({ length: 20 }, (_, at) => `request ${at}`) });
    const peak = long.samples.find(
      ({ series: id, atMs }) => id === 's49.cpu_percent' && atMs === START_MS + 31 * HOUR_MS,
    );
    if (peak !== undefined) peak.mean = 6000;
    const text = renderHtml(long, judge(long));
    expect(Buffer.byteLength(text)).toBeLessThan(2_000_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(300_000);
    // The scale of the one series reaches the peak, which lasts for one reading of 4320.
    expect(text.match(/>6000 %</g)).toHaveLength(1);
  });

  it('of a run without a window, a sample or an event is a page all the same', () => {
    const empty = runRows({ hours: 1, liveUntilMs: START_MS });
    expect(textOf(render({ ...empty, series: [], samples: [] }), 'figcaption')).toContain(
      'Requests a minute, planned and served',
    );
  });

  it('of a rehearsal never reads as a pass of the real thing, and keeps the clock of its profile', () => {
    const rehearsal = render(
      runRows({
        hours: 72,
        compression: 1080,
        ratePerMinute: 1200,
        profile: profileOf({ hours: 72, ratePerMinute: 1200 }),
      }),
    );
    expect(textOf(rehearsal, 'h1')[0]).toMatch(/^REHEARSED: WOULD /);
    expect(textOf(rehearsal, 'text')).toEqual(expect.arrayContaining(['Tue 00:00', 'Wed 00:00']));
  });
});
