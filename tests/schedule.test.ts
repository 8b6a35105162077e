/** The schedule of the real daemon with the real k6, and `soakd schedule check`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historySchema } from '../src/api/routes/schedule.ts';
import { runDetailSchema } from '../src/api/schemas.ts';
import { systemClock } from '../src/base/clock.ts';
import { resolveScheduleConfig } from '../src/duty/schedule-config.ts';
import { startTestDaemon } from './support/daemon-rig.ts';
import { type HttpTarget, startHttpTarget } from './support/http-target.ts';
import { k6ForTests } from './support/k6.ts';
import { soakd } from './support/soakd.ts';

const HOUR_MS = 3_600_000;

let folder: string;
let target: HttpTarget;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'soakd-schedule-'));
  mkdirSync(join(folder, 'load'));
  target = await startHttpTarget(() => systemClock.now());
  writeFileSync(
    join(folder, 'load', 'short.yaml'),
    `soak_test:
  name: short
  duration: 2h
  traffic_pattern: { base_rate: 600 }
  workload: { kind: requests, timeout: 5s, requests: [{ name: home, path: / }] }
`,
  );
});

afterEach(async () => {
  await target.close();
  rmSync(folder, { recursive: true, force: true });
});

const schedule = (text: string): string => {
  const file = join(folder, 'schedule.yaml');
  writeFileSync(file, text);
  return file;
};

describe('the schedule of a daemon', () => {
  const k6 = k6ForTests();

  it.skipIf(k6 === null)(
    'starts by itself what is due by a clock that was moved by configuration',
    async () => {
      k6ForTests();
      // Saturday at eight, some days from now, is three seconds from now.
      const saturday = Date.parse('2100-01-02T08:00:00Z') - 7 * 24 * HOUR_MS * 3_000;
      const weeks = Math.ceil((systemClock.now() - saturday) / (7 * 24 * HOUR_MS));
      const nextMs = saturday + weeks * 7 * 24 * HOUR_MS;
      const offsetMs = nextMs - systemClock.now() - 3_000;
      const file = schedule(`profiles: load
entries:
  weekly: { cron: "0 8 * * sat", profile: short, on_conflict: skip, rehearse: 30s }
`);
      const config = resolveScheduleConfig({ file, target: target.url, clock_offset: offsetMs }, folder);
      const { daemon, log } = await startTestDaemon(join(folder, 'data'), { schedule: config });
      const answer = async (path: string): Promise<unknown> => (await fetch(new URL(path, daemon.url))).json();
      try {
        // Only a run that the schedule started sends these.
        await target.came(5);
        const { starts } = historySchema.parse(await answer('/v1/schedule/history'));
        expect(starts).toMatchObject([{ entry: 'weekly', outcome: 'started' }]);
        const run = runDetailSchema.parse(await answer(`/v1/runs/${starts[0]?.runId}`));
        expect(run).toMatchObject({ startedBy: 'schedule', rehearsal: true, labels: { schedule: 'weekly' } });
        // The run lives in real time.
        expect(Math.abs(run.startMs - systemClock.now())).toBeLessThan(HOUR_MS);
        expect(log()).toContain('REHEARSAL OF THE SCHEDULE');
        const shown = await soakd(['--url', daemon.url, 'schedule', '--days', '8']);
        expect(shown.out).toMatch(/^REHEARSAL OF THE SCHEDULE/);
        expect(shown.out).toContain('short (rehearsal)');
        await fetch(new URL(`/v1/runs/${run.id}/actions`, daemon.url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ kind: 'stop' }),
        });
      } finally {
        await daemon.stop();
      }
    },
    120_000,
  );

  it.skipIf(k6 === null)(
    'sends a secret that it names to the target, and keeps it from profiles and the log',
    async () => {
      const file = schedule(`entries:
  reset:
    cron: "0 8 * * sat"
    request: { method: POST, path: "/admin/reset?told=correct-horse-battery", headers: { authorization: "env:RESET_TOKEN" } }
`);
      const config = resolveScheduleConfig({ file, target: target.url }, folder);
      const secret = 'correct-horse-battery';
      const { daemon, log } = await startTestDaemon(
        join(folder, 'data'),
        { schedule: config },
        { RESET_TOKEN: secret },
      );
      const post = (path: string, body: object): Promise<Response> =>
        fetch(new URL(path, daemon.url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      try {
        const profileSource = `soak_test:
  name: curious
  duration: 1h
  traffic_pattern: { base_rate: 600 }
  workload:
    kind: requests
    requests: [{ name: home, path: /, headers: { x-token: "env:RESET_TOKEN" } }]
`;
        const refused = await post('/v1/runs', { profileSource, targetUrl: target.url });
        expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('RESET_TOKEN')]);
        expect((await post('/v1/schedule/reset/start', {})).status).toBe(201);
        expect(target.seen.find(({ path }) => path.startsWith('/admin/reset'))?.headers.authorization).toBe(secret);
        expect(log()).toContain('/admin/reset?told=[redacted]');
        expect(log()).not.toContain(secret);
      } finally {
        await daemon.stop();
      }
    },
    60_000,
  );

  it('keeps a daemon from starting when it has a mistake, and says where', async () => {
    const file = schedule('entries:\n  weekly: { cron: "0 8 * * satt", profile: short }\n');
    const config = resolveScheduleConfig({ file }, folder);
    await expect(startTestDaemon(join(folder, 'data'), { schedule: config })).rejects.toMatchObject({
      code: 'schedule_invalid',
      details: expect.arrayContaining([expect.stringContaining(`${file}:2:19 entries.weekly.cron`)]),
    });
  });
});

describe('soakd schedule check', () => {
  it('tells both sides and the date of what collides, and ends with 1 while something is not settled', async () => {
    const file = schedule(`profiles: load
entries:
  first: { cron: "0 8 * * *", profile: short, on_conflict: skip }
  second: { cron: "0 9 * * *", profile: short }
`);
    const found = await soakd(['schedule', 'check', file, '--days', '3', '--from', '2026-11-21T00:00:00Z']);
    expect(found.code).toBe(1);
    expect(found.out).toContain(
      'NOT SETTLED: second (2h) is due while first (2h) has the target: 3 times, for example Sat 2026-11-21 09:00 UTC; first has it from Sat 2026-11-21 08:00 UTC until Sat 2026-11-21 10:00 UTC',
    );
    expect(found.out).toContain('on_conflict is not said: skip, delay or absorb, and so 3 times');
    writeFileSync(
      file,
      `profiles: load
entries:
  first: { cron: "0 8 * * *", profile: short, on_conflict: skip }
  second: { cron: "0 9 * * *", profile: short, on_conflict: delay }
`,
    );
    const settled = await soakd(['schedule', 'check', file, '--days', '3', '--from', '2026-11-21T00:00:00Z']);
    expect([settled.code, settled.out]).toEqual([0, expect.stringContaining('    delayed by 1h\n')]);
    expect(settled.said).toContain('2 entries, 6 starts in 3 days: 1 collisions are settled, 0 are not');
  });

  it('finds the shipped schedule settled, and a mistake at its place', async () => {
    expect((await soakd(['schedule', 'check'])).code).toBe(0);
    const file = schedule('profiles: load\nentries:\n  a: { cron: "0 8 * * *", profile: shorty }\n');
    const found = await soakd(['schedule', 'check', file]);
    expect([found.code, found.said]).toEqual([
      2,
      expect.stringContaining(
        `${file}:3:36 entries.a.profile: "shorty": there is no such profile; did you mean short?`,
      ),
    ]);
  });
});
