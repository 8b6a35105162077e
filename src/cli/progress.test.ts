import { describe, expect, it } from 'vitest';
import type { RunStatus } from '../model/status.ts';
import { Progress, progressLine } from './progress.ts';
import { statusText } from './status-text.ts';
import { verdictTable } from './verdict-table.ts';

const status: RunStatus = {
  runId: 'r1',
  name: 'Soak',
  targetUrl: 'http://127.0.0.1:8080',
  state: 'warming_up',
  rehearsal: false,
  compression: 1,
  nowMs: 0,
  startMs: 0,
  endMs: 0,
  elapsedMs: 0,
  leftMs: 90_000,
  hourOfRun: 1.25,
  profileClock: 'Sat 14:05',
  level: 'peak',
  judging: true,
  rate: {
    plannedPerMinute: 75,
    recentlyPlannedPerMinute: null,
    offeredPerMinute: 74,
    servedPerMinute: null,
    factor: 2,
  },
  latency: { p50Ms: 100, p95Ms: 1234, p99Ms: null },
  errorRatePercent: { recent: null, soFar: 0.5 },
  availabilityPercent: null,
  requests: { total: 1000, failed: 5, byOutcome: { ok: 995, http_error: 5, timeout: 0, connect: 0 } },
  iterations: { planned: 500, started: 480, starved: 20, late: 0, paused: 0, interrupted: 0 },
  inFlight: { requests: 3, oldestRequestMs: null },
  series: [
    { id: 'self.rss_bytes', unit: 'bytes', role: 'self', last: 1e9, atMs: 0, growth: null },
    { id: 'agent.rss_bytes', unit: 'bytes', role: 'target', last: 123_000_000, atMs: 0, growth: null },
    { id: 'agent.threads', unit: 'count', role: 'target', last: null, atMs: null, growth: null },
  ],
  drift: [],
  criteria: [
    {
      id: 'error_rate',
      name: 'Error rate',
      comparison: '<=',
      target: 1,
      targetText: '<= 1%',
      unit: 'percent',
      actual: 0.5,
      interval: { low: 0.2, high: 1.1 },
      evidence: '1 000 requests',
      status: 'inconclusive',
      why: 'too close to call',
      worst: null,
      fromProfile: true,
    },
  ],
  events: [],
  health: { storeBacklogRows: 0, droppedRows: 0, missedTicks: 0, generatorLagMs: null, problems: ['rows wait'] },
  standing: null,
  verdictOutcome: null,
};

function screen(sayIsTerminal: boolean) {
  const said: string[] = [];
  const io = { say: (text: string) => void said.push(text), sayIsTerminal, columns: 200 };
  return { progress: new Progress(io), said: () => said.join('') };
}

describe('progress', () => {
  it('tells time left, planned and served rate, p95, errors and the memory of the target', () => {
    expect(progressLine(status)).toBe(
      'warming up · Sat 14:05 · 1 min 30 s left · planned 75/min, served – · p95 1.23 s · errors 0.5 % · agent.rss_bytes 123 MB · rows wait',
    );
  });

  it('holds the served rate against the plan of the minute in which it was measured', () => {
    const rate = { ...status.rate, plannedPerMinute: 150, recentlyPlannedPerMinute: 100, servedPerMinute: 98 };
    expect(progressLine({ ...status, rate })).toContain('planned 100/min, served 98/min');
  });

  it('tells before the start when it will be, and nothing that is not there yet', () => {
    const preparing = { ...status, state: 'preparing' as const, nowMs: 0, startMs: 3000 };
    expect(progressLine(preparing)).toBe('preparing · begins in 3 s, at Sat 14:05 · 1 min 30 s to run · rows wait');
    expect(progressLine({ ...preparing, nowMs: 4000 })).toContain('begins now, at Sat 14:05');
  });

  it('rewrites one line on a terminal, and messages do not tear it', () => {
    const { progress, said } = screen(true);
    progress.show(status, 0);
    progress.note('paused');
    expect(said()).toBe(`\r\u001b[K${progressLine(status)}\r\u001b[Kpaused\n`);
  });

  it('is a line now and then elsewhere', () => {
    const { progress, said } = screen(false);
    for (let nowMs = 0; nowMs <= 30_000; nowMs += 1000) progress.show(status, nowMs);
    expect(said().trimEnd().split('\n')).toHaveLength(3);
    expect(said()).not.toContain('\u001b');
  });
});

describe('the status of a live run', () => {
  it('says unknown where nothing is known, never zero', () => {
    const text = statusText(status, { colour: false, columns: 120, outIsTerminal: true });
    expect(text).toContain('planned 75/min (× 2) now');
    expect(text).toContain('planned –, offered 74/min, served –');
    expect(text).toMatch(/agent\.threads +–/);
    expect(text).toContain('starved 20');
    expect(text).toMatch(/trouble +rows wait/);
    expect(text).toContain('too close to call');
  });
});

describe('the table of criteria', () => {
  it('puts the worst first, and cuts the reason to the width of the terminal', () => {
    const [criterion] = status.criteria;
    if (criterion === undefined) throw new Error('no criterion');
    const failed = { ...criterion, name: 'Availability', status: 'fail' as const, why: 'x'.repeat(500) };
    const page = { colour: false, columns: 140, outIsTerminal: true };
    const lines = verdictTable({ criteria: [criterion, failed] }, page).split('\n');
    expect(lines[1]).toMatch(/^✘ {2}Availability .*x…$/);
    expect(lines[2]).toMatch(/^\? {2}Error rate +<= 1% +0\.5 % +0\.2 % to 1\.1 % +too close to call$/);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(140);
  });

  it('is never cut where it is no terminal', () => {
    const why = 'x'.repeat(500);
    const criteria = status.criteria.map((criterion) => ({ ...criterion, why }));
    expect(verdictTable({ criteria }, { colour: false, columns: 80, outIsTerminal: false })).toContain(why);
  });

  it('is coloured only when asked to', () => {
    expect(verdictTable(status, { colour: true, columns: 100, outIsTerminal: false })).toContain('\u001b[33m');
  });
});
