import { describe, expect, it } from 'vitest';
import { profileOf, seedProfile } from '../../tests/support/profile.ts';
import type { Profile } from '../model/profile.ts';
import { buildPlan } from './build.ts';
import { requestsForShare } from './evidence.ts';
import { type PlanPreview, previewPlan } from './preview.ts';
import { previewCsv } from './preview-csv.ts';
import { previewText } from './preview-text.ts';

const SATURDAY = Date.UTC(2026, 9, 24, 10);
const preview = (profile: Profile, compression = 1): PlanPreview =>
  previewPlan(profile, { startMs: SATURDAY, compression }).preview;
const why = (shown: PlanPreview, id: string): string => shown.criteria.find((need) => need.id === id)?.why ?? '';

describe('what `plan` shows', () => {
  const profile = seedProfile({ timezone: 'Europe/Berlin' });
  const { plan, preview: seed } = previewPlan(profile, { startMs: SATURDAY, compression: 1 });

  it('adds up: the hours make the total', () => {
    const sum = seed.hours.reduce((total, { requests }) => total + requests, 0);
    expect(sum).toBeCloseTo(seed.totalRequests, 6);
    // 72 hours, of which one comes twice by the clock.
    expect(seed.hours).toHaveLength(72);
    expect(seed.hours.filter(({ clock }) => clock === 'Sun 02:00')).toHaveLength(2);
    expect(seed.hours[0]).toMatchObject({ clock: 'Sat 12:00', level: 'peak', judgedMs: 0 });
  });

  it('says what the change of the clocks does', () => {
    expect(seed.clockChanges).toHaveLength(1);
    expect(seed.clockChanges[0]).toMatchObject({ before: 'Sun 03:00', after: 'Sun 02:00', shiftMinutes: -60 });
    expect(seed.clockChanges[0]?.effect).toContain('about 540 requests more');
    const spring = previewPlan(profile, { startMs: Date.UTC(2026, 2, 28, 10), compression: 1 }).preview;
    expect(spring.clockChanges[0]?.effect).toContain('Sun 02:00 to Sun 03:00 does not exist');
  });

  it('says for each criterion the shortest stretch that can judge it', () => {
    expect(why(seed, 'response_time_p95_normal')).toContain('p95 needs 200 requests: 22m at 9 requests/min');
    expect(why(seed, 'response_time_p50_normal')).toContain('p50 needs 20 requests: 2m13s at 9 requests/min');
    expect(why(seed, 'availability')).toContain('21m of downtime in 71h');
    expect(why(seed, 'memory_leak')).toContain('growth needs 6 h');
    expect(seed.criteria.find(({ id }) => id === 'response_time_p95_stress')?.verdict).toBe('never');
    expect(seed.criteria.filter(({ verdict }) => verdict === 'too_short')).toEqual([]);
  });

  it('warns when a run is too short or too thin to judge something', () => {
    const rehearsal = preview(profile, 720);
    expect(rehearsal.criteria.find(({ id }) => id === 'response_time_p95_normal')?.verdict).toBe('too_short');
    expect(rehearsal.warnings.join('\n')).toContain('Response time P95, normal load <= 3s will be inconclusive');
  });

  it('says of availability what the verdict would: a short run cannot tell up from down, nor can one with hardly a request', () => {
    const of = (duration: string, rate: number) =>
      preview(
        profileOf(`
soak_test:
  name: short
  duration: ${duration}
  traffic_pattern: { base_rate: ${rate}, warmup: 0s }
`),
      ).criteria.find(({ id }) => id === 'availability');
    expect(of('40s', 300)).toMatchObject({
      verdict: 'too_short',
      shortestMs: 60_000,
      why: 'up and down take 6 windows of 10s with requests; the plan has 40s',
    });
    expect(of('60s', 300)?.verdict).toBe('any_time');
    expect(of('2m', 1)).toMatchObject({ verdict: 'too_short', why: expect.stringContaining('at 1 requests/min') });
  });

  it('warns of too few users, too much excluded time and a level that never comes', () => {
    const shown = preview(
      profileOf(`
soak_test:
  name: thin
  duration: 24h
  traffic_pattern: { base_rate: 600 }
  user_simulation: { max_users: 5 }
  success_criteria: { throughput_stress: ">= 300/min", mtbf: off }
  exclude: [{ run: 3h-9h, reason: load of others }]
`),
    );
    expect(shown.excludedPercent).toBe(25);
    expect(shown.criteriaOff).toEqual(['mtbf']);
    expect(shown.warnings).toHaveLength(3);
    expect(shown.warnings[0]).toContain('max_users allows 5 of the');
    expect(shown.warnings[1]).toContain('25.0 % of the run is excluded');
    expect(shown.warnings[2]).toContain('Throughput, stress load >= 300/min cannot be judged');
  });

  it('draws the curve as wide as the terminal, plain or in colour', () => {
    const plain = previewText(profile, plan, seed, { width: 80, colour: false });
    const chart = plain.split('\n').slice(3, 13);
    expect(Math.max(...chart.map((line) => line.length))).toBe(80);
    expect(plain).not.toContain('\u001b');
    expect(previewText(profile, plan, seed, { width: 80, colour: true })).toContain('\u001b[33m█');
    expect(chart.join('\n')).toMatchInlineSnapshot(`
      "     75 ┤▇ ██████▃              ██  ██████              ██  ██████             ▇
              ┤█ ███████              ██▂ ██████             ▃██ ▅██████             █
              ┤█ ███████              ███ ██████▆            ███ ███████             █
              ┤█ ███████             ▆███████████            ███▅███████▁            █
              ┤█▃███████          ▂▂▂████████████         ▂▂▂████████████         ▂▂▂█
              ┤█████████▇         ███████████████▁       ▂███████████████        █████
              ┤██████████        ▄████████████████       ████████████████▃       █████
            0 ┤███████████████████████████████████████████████████████████████████████
              └┬──────────┬────────────┬───────────┬───────────┬───────────┬──────────
               Sat 12:00  Sun 00:00    Sun 12:00   Mon 00:00   Mon 12:00   Tue 00:00"
    `);
  });

  it('gives an axis without any load no number', () => {
    const idle = profileOf(`
soak_test:
  name: "idle \\e[31m"
  duration: 2h
  traffic_pattern: { base_rate: 30, night_multiplier: 0, night_hours: 9-16, timezone: UTC, ramp: 0s }
  workload: { kind: requests, requests: [{ name: list, path: / }] }
`);
    const shown = previewPlan(idle, { startMs: Date.UTC(2026, 2, 28, 10), compression: 1 });
    const text = previewText(idle, shown.plan, shown.preview, { width: 60, colour: true });
    expect(text).toContain('idle \\x1b[31m\n');
    expect(text).toMatch(/^ {8}┤$/m);
    expect(text).not.toMatch(/5e-324|NaN|\p{Cc}\[31m/u);
  });

  it('prints every default', () => {
    const defaults = [{ path: 'traffic_pattern.ramp', value: '5m' }];
    const shown = previewPlan(profile, { startMs: SATURDAY, compression: 1, defaults });
    expect(previewText(profile, shown.plan, shown.preview, { width: 80, colour: false })).toContain(
      'traffic_pattern.ramp  5m',
    );
  });

  it('lists each minute as CSV, and the rows add up', () => {
    const [header, ...rows] = previewCsv(profile, plan).trimEnd().split('\n');
    expect(header).toBe('time,clock,planned_requests,requests_per_minute,multiplier,level,judged,calibration');
    expect(rows).toHaveLength(72 * 60);
    expect(rows[0]).toBe('2026-10-24T10:00:00Z,Sat 12:00,75.000,75.000,2.5000,peak,no,no');
    const sum = rows.reduce((total, row) => total + Number(row.split(',')[2]), 0);
    expect(sum).toBeCloseTo(seed.totalRequests, 0);
  });
});

describe('calibration windows in what `plan` shows', () => {
  const profile = profileOf(`
soak_test:
  name: a day
  duration: 24h
  traffic_pattern: { base_rate: 30, peak_hours: 10-20, peak_multiplier: 2.5, night_multiplier: 0.3 }
  exclude: [{ daily: "04:55-05:20", reason: backup }]
`);
  const { plan, preview: shown } = previewPlan(profile, { startMs: SATURDAY, compression: 1 });
  const text = (one: PlanPreview, of = plan, colour = false): string =>
    previewText(profile, of, one, { width: 81, colour });

  it('are marked below the chart, in every column that they touch', () => {
    const [axis, ...below] = text(shown).split('\n').slice(11, 14);
    expect([axis, ...below].join('\n')).toMatchInlineSnapshot(`
      "        └──────┬─────────────────┬─────────────────┬─────────────────┬───────────
                     Sat 12:00         Sat 18:00         Sun 00:00         Sun 06:00
       calib.     ▲        ▲        ▲        ▲        ▲        ▲         ▲       ▲"
    `);
    expect(text(shown, plan, true)).toContain('\u001b[36m▲\u001b[0m');
  });

  it('are counted, and what an exclusion does to them is told', () => {
    expect(text(shown)).toContain('Calibration  8 windows of 10m at 30 requests/min, every 3h from Sat 11:00');
    expect(shown.calibration?.windows).toHaveLength(8);
    expect(shown.calibration?.windows[0]).toEqual({
      fromMs: SATURDAY + 3_600_000,
      untilMs: SATURDAY + 4_200_000,
      requestsPerMinute: 30,
      clock: 'Sat 11:00',
      requests: expect.closeTo(300, 9),
    });
    expect(shown.calibration?.displaced).toEqual([
      {
        fromMs: Date.UTC(2026, 9, 25, 5),
        movedToMs: Date.UTC(2026, 9, 25, 5, 20),
        clock: 'Sun 05:00',
        reason: 'backup',
      },
    ]);
    expect(text(shown)).toContain('  2026-10-25T05:00:00Z  (Sun 05:00) moved by 20m: backup');
  });

  it('are in the totals', () => {
    const without = previewPlan({ ...profile, calibration: null }, { startMs: SATURDAY, compression: 1 });
    // Three of the eight windows lie in peak hours, three at night; one at base begins in the ramp from the peak.
    const swapped = 10 * (3 * (30 - 75) + 3 * (30 - 9)) - (2.5 * (52.5 - 30)) / 2;
    expect(shown.totalRequests - without.preview.totalRequests).toBeCloseTo(swapped, 6);
    expect(shown.hours.reduce((sum, { requests }) => sum + requests, 0)).toBeCloseTo(shown.totalRequests, 6);
    expect(without.preview.calibration).toBeNull();
    expect(text(without.preview, without.plan)).toMatch(/Calibration +off/);
    expect(text(without.preview, without.plan)).not.toContain('▲');
  });

  it('do not change what a change of the clocks does to the load of the hours', () => {
    // Begun a window begins with the hour that comes twice.
    const start = { startMs: Date.UTC(2026, 9, 24, 9), compression: 1 };
    const berlin = { ...profile, traffic: { ...profile.traffic, timezone: 'Europe/Berlin' } };
    const [change] = previewPlan(berlin, start).preview.clockChanges;
    expect(buildPlan(berlin, start, []).calibration.map(({ fromMs }) => fromMs)).toContain(change?.atMs);
    expect(change).toEqual(previewPlan({ ...berlin, calibration: null }, start).preview.clockChanges[0]);
  });

  it('are said to be missing where a rehearsal makes them too short', () => {
    const fast = previewPlan(profile, { startMs: SATURDAY, compression: 240 });
    expect(text(fast.preview, fast.plan)).toContain('Calibration  none: a window would last 2s500ms');
    expect(fast.preview.warnings.join()).not.toContain('calibration');
  });

  it('are marked in the CSV', () => {
    const rows = previewCsv(profile, plan).trimEnd().split('\n').slice(1);
    expect(rows.filter((row) => row.endsWith(',yes'))).toHaveLength(80);
    expect(rows.find((row) => row.includes('Sat 11:00'))).toBe(
      '2026-10-24T11:00:00Z,Sat 11:00,30.000,30.000,1.0000,normal,yes,yes',
    );
  });
});

describe('requests that show a failure rate', () => {
  it("without one failure are where the upper end of Wilson's interval meets the limit", () => {
    // z²·99 = 380.3 for 1 %.
    expect(requestsForShare(1)).toBe(381);
    expect(requestsForShare(50)).toBe(4);
    expect(requestsForShare(0)).toBe(1);
  });
});
