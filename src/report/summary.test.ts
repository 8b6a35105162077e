import { describe, expect, it } from 'vitest';
import { alertOf } from '../../tests/support/alert.ts';
import { agentEvent, HOUR_MS, MEMORY, type RunScript, runRows, START_MS } from '../../tests/support/run-rows.ts';
import type { Run } from '../model/run.ts';
import type { Verdict } from '../model/verdict.ts';
import { judge } from '../verdict/judge.ts';
import type { RunRows } from '../verdict/rows.ts';
import { type Beside, NOTHING_BESIDE } from './beside.ts';
import { renderSummary } from './summary.ts';

const LEAKING: RunScript = {
  hours: 48,
  warmupMs: HOUR_MS,
  names: ['list', 'one', 'buy', 'pay'],
  series: { 'agent.rss_bytes': { ...MEMORY, level: (hour) => 200e6 * (1 + (0.1 * hour) / 24) } },
  failures: (atMs) => (atMs > START_MS + 10 * HOUR_MS ? { http_error: 0.001 } : {}),
};
const rows = runRows(LEAKING);
/** Labels and names change nothing in a verdict, which takes its time. */
const verdict = judge(rows);
const judged = (of: RunRows): Verdict => (of.windows === rows.windows ? verdict : judge(of));
const labelled = (labels: Record<string, string>, changes: Partial<Run> = {}): RunRows => ({
  ...rows,
  run: { ...rows.run, labels, ...changes },
});
const linesOf = (of: RunRows, beside: Partial<Beside> = {}): string[] =>
  renderSummary(of, judged(of), { ...NOTHING_BESIDE, ...beside }).split('\n');
/** The lines of one fact, its name and the indentation taken off. */
function fact(name: string, lines: readonly string[]): string[] {
  const at = lines.findIndex((line) => line.startsWith(`${name} `));
  const end = lines.findIndex((line, index) => index > at && !line.startsWith('        '));
  return lines.slice(at, end).map((line) => line.slice(8));
}

describe('a run on one screen', () => {
  const lines = linesOf(rows);

  it('fits a screen, and says first what happened and why', () => {
    expect(lines.length).toBeLessThanOrEqual(45);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(140);
    expect(lines[0]).toBe('FAILED: a soak by hand');
    expect(lines[1]).toMatch(/^agent\.rss_bytes grows 10(\.\d+)? % per 24 h/);
  });

  it('tells the memory a day with its interval', () => {
    expect(fact('Memory', lines)[0]).toMatch(
      /^agent\.rss_bytes (19|20)(\.\d)? MB a day \([\d.]+ MB to [\d.]+ MB\), leak; no limit is known/,
    );
  });

  it('tells how far away the limit is', () => {
    const limited = runRows({
      ...LEAKING,
      series: {
        'agent.rss_bytes': {
          level: (hour) => 200e6 * (1 + (0.1 * hour) / 24),
          noise: 0.004,
          correlation: 0.8,
          info: { kind: 'cgroup' },
        },
        'agent.limit_bytes': { level: () => 300e6, info: { kind: 'cgroup', leakCandidate: false, memory: false } },
      },
    });
    const [line = ''] = fact('Memory', linesOf(limited));
    const [, hours = ''] = /its limit is ([\d.]+) h away \([\d.]+ h to [\d.]+ h\)/.exec(line) ?? [line];
    // 100 MB above the level, 40 MB of which are gone after 48 h, at 20 MB a day: three days.
    expect(Number(hours)).toBeGreaterThan(60);
    expect(Number(hours)).toBeLessThan(84);
  });

  it('names the three worst requests', () => {
    expect(fact('Worst', lines)).toHaveLength(3);
    expect(fact('Worst', lines)[0]).toMatch(/^(list|one|buy|pay): 0\.\d+ % of [\d ]+ failed, P95 \d+ ms$/);
  });

  it('says how much of the time counts', () => {
    expect(fact('Valid', lines)).toEqual(['47 h of 48 h judged; warm-up 1 h']);
  });

  it('says of the build what is new since the last that passed', () => {
    const now = labelled({ build: '42', team: 'shop' });
    const passed = {
      run: labelled({ build: '40', team: 'shop' }, { id: 'earlier', soakdVersion: '0.0.9' }).run,
      verdict: judge(rows),
    };
    expect(fact('Build', linesOf(now, { lastPassed: passed }))).toEqual([
      '42',
      'build 40 → 42; soakd 0.0.9 → 0.1.0 since the last that passed (earlier)',
    ]);
    expect(fact('Build', linesOf(now))).toEqual(['42', 'no earlier run of this profile passed']);
    const again = { ...passed, run: { ...now.run, id: 'earlier' } };
    expect(fact('Build', linesOf(now, { lastPassed: again }))[1]).toBe(
      'nothing changed since the last that passed (earlier)',
    );
    const more = { ...now.run, profile: { ...now.run.profile, durationMs: 1 } };
    expect(fact('Build', linesOf(now, { lastPassed: { ...passed, run: more } }))[1]).toMatch(
      /^profile: duration since/,
    );
  });

  it('holds each criterion against the run before', () => {
    const before = judge(runRows({ hours: 48, series: { 'agent.rss_bytes': MEMORY } }));
    const table = linesOf(rows, { last: { run: rows.run, verdict: before } });
    const growth = table.find((line) => line.includes('Memory growth')) ?? '';
    expect(growth).toMatch(/✘ {2}Memory growth +10(\.\d+)? % per 24 h .* < 5% growth per 24h +-?[\d.]+ % per 24 h$/);
    expect(lines.find((line) => line.includes('Memory growth'))).toMatch(/–$/);
  });

  it('says that no fault was injected only where no event tells of one', () => {
    expect(fact('Faults', lines)).toEqual(['none injected']);
    const injected = agentEvent('fault_injected', 5);
    expect(fact('Faults', linesOf(runRows({ ...LEAKING, events: [injected, injected] })))).toEqual([
      'fault_injected 2',
    ]);
  });

  it('says what a person must do, and that a run that passed asks for nothing', () => {
    expect(fact('To do', lines)[0]).toMatch(/^Take two heap snapshots/);
    const passed = verdict;
    const fine = renderSummary(
      rows,
      { ...passed, outcome: 'passed', headline: 'passed: all well', criteria: [] },
      NOTHING_BESIDE,
    );
    expect(fact('To do', fine.split('\n'))).toEqual(['Nothing.']);
    expect(fact('To do', linesOf(rows, { alerts: [alertOf()] }))[0]).toBe('Alerts still fire: HighErrorRate.');
  });

  it('tells whoever has nothing to hold the first run against to promote it', () => {
    const criteria = verdict.criteria.map((one) =>
      one.id === 'availability'
        ? { ...one, status: 'inconclusive' as const, target: null, targetText: '>= baseline' }
        : one,
    );
    const text = renderSummary(rows, { ...verdict, outcome: 'inconclusive', criteria }, NOTHING_BESIDE);
    expect(text).toContain('let `soakd baseline promote` make one of its kind');
  });

  it('cannot be made to move the cursor of a terminal, or to look like another summary', () => {
    const wild = labelled({ build: '1\u001b[2J\nPASSED: all well' });
    const text = renderSummary(wild, judged(wild), NOTHING_BESIDE);
    expect(text).not.toContain('\u001b');
    expect(text).not.toMatch(/^PASSED/m);
  });
});
