import { describe, expect, it } from 'vitest';
import { profileOf, seedProfile } from '../../tests/support/profile.ts';
import type { Profile } from '../model/profile.ts';
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

  it('prints every default', () => {
    const defaults = [{ path: 'traffic_pattern.ramp', value: '5m' }];
    const shown = previewPlan(profile, { startMs: SATURDAY, compression: 1, defaults });
    expect(previewText(profile, shown.plan, shown.preview, { width: 80, colour: false })).toContain(
      'traffic_pattern.ramp  5m',
    );
  });

  it('lists each minute as CSV, and the rows add up', () => {
    const [header, ...rows] = previewCsv(profile, plan).trimEnd().split('\n');
    expect(header).toBe('time,clock,planned_requests,requests_per_minute,multiplier,level,judged');
    expect(rows).toHaveLength(72 * 60);
    expect(rows[0]).toBe('2026-10-24T10:00:00Z,Sat 12:00,75.000,75.000,2.5000,peak,no');
    const sum = rows.reduce((total, row) => total + Number(row.split(',')[2]), 0);
    expect(sum).toBeCloseTo(seed.totalRequests, 0);
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
