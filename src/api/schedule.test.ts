import { describe, expect, it } from 'vitest';
import { ApiRig } from '../../tests/support/api-rig.ts';
import { ScheduleRig } from '../../tests/support/schedule-rig.ts';

const YAML = `entries:
  hourly: { cron: "0 8 * * *", profile: hour, on_conflict: skip }
  nightly: { cron: "0 2 * * *", timezone: Europe/Berlin, request: { path: /health }, on_conflict: delay }`;

async function served() {
  const rig = new ScheduleRig(YAML, { start: '2026-11-21T07:59:00Z' });
  const { scheduler, soaks } = await rig.daemon();
  const api = new ApiRig(rig.staging, { schedule: scheduler, control: soaks, duty: rig.duty });
  return { rig, api };
}

describe('the schedule over HTTP', () => {
  it('tells entries, what is open, and what would become of the next starts', async () => {
    const { api } = await served();
    const { entries, starts, open, paused } = (await api.get('/v1/schedule?days=2')).json();
    expect(entries.map(({ name, request, profile }: Record<string, unknown>) => [name, profile ?? request])).toEqual([
      ['hourly', 'hour'],
      ['nightly', 'GET /health'],
    ]);
    expect(
      starts.map(({ entry, dueMs }: { entry: string; dueMs: number }) => [entry, new Date(dueMs).toISOString()]),
    ).toEqual([
      ['hourly', '2026-11-21T08:00:00.000Z'],
      ['nightly', '2026-11-22T01:00:00.000Z'],
      ['hourly', '2026-11-22T08:00:00.000Z'],
      ['nightly', '2026-11-23T01:00:00.000Z'],
    ]);
    expect([open, paused]).toEqual([[], false]);
  });

  it('starts an entry now by its name, and nothing else', async () => {
    const { api, rig } = await served();
    const start = await api.post('/v1/schedule/hourly/start', { who: 'ana' });
    expect([start.statusCode, start.json().outcome]).toEqual([201, 'started']);
    const { runId } = start.json();
    expect((await api.get(`/v1/runs/${runId}`)).json().labels.schedule).toBe('hourly');
    await rig.clock.advance(30_000);
    expect((await api.post('/v1/schedule/hourly/start', {})).json().code).toBe('target_busy');
    expect((await api.post('/v1/schedule/daily/start', {})).statusCode).toBe(404);
    expect((await api.post('/v1/schedule/..%2Fhourly/start', {})).statusCode).toBe(400);
    expect((await api.post('/v1/schedule/hourly/start', { profile: 'other' })).statusCode).toBe(400);
    expect(
      (await api.get('/v1/schedule/history')).json().starts.map(({ outcome }: { outcome: string }) => outcome),
    ).toContain('started');
  });

  it('pauses and resumes one entry, or all', async () => {
    const { api, rig } = await served();
    expect((await api.post('/v1/schedule/hourly/pause', {})).json().entries[0].paused).toBe(true);
    await rig.advanceTo('2026-11-21T08:10:00Z');
    expect(await rig.history()).toEqual(['08:00 hourly paused']);
    expect((await api.post('/v1/schedule/pause', {})).json().paused).toBe(true);
    expect((await api.post('/v1/schedule/hourly/resume', {})).statusCode).toBe(409);
    const { paused, entries } = (await api.post('/v1/schedule/resume', {})).json();
    expect([paused, entries[0].paused]).toEqual([false, false]);
    expect((await api.get('/v1/schedule/history?entry=hourly&limit=1')).json().starts).toHaveLength(1);
  });

  it('is in the metrics by entry', async () => {
    const { api, rig } = await served();
    const due = Date.parse('2026-11-22T08:00:00Z') / 1000;
    expect((await api.get('/metrics')).body).not.toContain('soakd_schedule_last_start_time_seconds{');
    await rig.advanceTo('2026-11-21T08:10:00Z');
    const text = (await api.get('/metrics')).body;
    expect(text).toContain(`soakd_schedule_next_start_time_seconds{entry="hourly"} ${due}`);
    expect(text).toContain(
      `soakd_schedule_last_start_time_seconds{entry="hourly"} ${Date.parse('2026-11-21T08:00Z') / 1000}`,
    );
    expect(text).toContain('soakd_schedule_last_outcome{entry="hourly",outcome="started"} 1');
    expect(text).toContain('soakd_schedule_missed_total{entry="hourly"} 0');
  });
});
