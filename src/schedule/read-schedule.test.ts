import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../config/problem.ts';
import { loadSchedule } from './load-schedule.ts';
import { scheduleJsonSchema } from './schema.ts';

const GOOD = 'soak_test: { name: x, duration: 1h, traffic_pattern: { base_rate: 10 } }';
const BAD = 'soak_test: { name: x, duration: 1, traffic_pattern: { base_rate: 10 } }';

const load = (source: string, defaultTargetUrl: string | null = null) =>
  loadSchedule('/etc/soakd/schedule.yaml', {
    readFile: (path) => {
      if (path === '/etc/soakd/schedule.yaml') return source;
      if (path === '/etc/soakd/load/good.yaml') return GOOD;
      if (path === '/etc/soakd/load/bad.yaml') return BAD;
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    },
    listFolder: () => ['good.yaml', 'bad.yaml', 'README.md'],
    profiles: { readFile: () => '' },
    defaultTargetUrl,
  });

const problemsOf = (source: string): string[] => {
  const read = load(source);
  return read.ok ? [] : read.problems.map(formatProblem);
};

describe('the file of a schedule', () => {
  it('fills in what is not said', () => {
    const read = load('profiles: load\nentries:\n  a: { cron: "0 8 * * *", profile: good }\n', 'http://shop');
    if (!read.ok) throw new Error('it is right');
    const [entry] = read.loaded.schedule.entries;
    expect(entry).toMatchObject({
      name: 'a',
      timezone: 'UTC',
      work: { kind: 'run', profile: 'good', lengthMs: 3_600_000, rehearseMs: null },
      onConflict: null,
      targetUrl: 'http://shop',
      lateLimitMs: 3_600_000,
      delayLimitMs: 86_400_000,
      enabled: true,
    });
    expect(read.loaded.profiles.get('good')).toEqual({ fileName: '/etc/soakd/load/good.yaml', source: GOOD });
  });

  it('takes the nearest target: of the entry, of the file, of the profile, of the daemon', () => {
    const target = (source: string) => {
      const read = load(source, 'http://daemon');
      return read.ok ? read.loaded.schedule.entries.map(({ targetUrl }) => targetUrl) : read.problems;
    };
    const entries = `entries:
  own: { cron: "@daily", profile: good, target: "http://own/" }
  none: { cron: "@daily", request: { path: /health } }`;
    expect(target(`profiles: load\n${entries}`)).toEqual(['http://own', 'http://daemon']);
    expect(target(`profiles: load\ntarget: http://file\n${entries}`)).toEqual(['http://own', 'http://file']);
  });

  it('says that a blackout is reversed, or has no instant, also when it lacks its reason', () => {
    const reversed = '{ from: 2026-12-24 18:00, until: 2026-12-23 18:00 }';
    const told = problemsOf(`entries: {}\nblackouts: [${reversed}, { from: soon, until: 2026-12-23 18:00 }]`).join(
      '\n',
    );
    for (const part of [
      '0.until: ends before it begins',
      '0: reason is missing',
      '1.from: "soon" is no instant',
      '1: reason is missing',
    ])
      expect(told).toContain(`blackouts.${part}`);
  });

  it('offers profiles for a name that is none, not the schedule beside them', () => {
    const files = new Map([
      ['/etc/soakd/sched1.yaml', 'entries:\n  a: { cron: "@daily", profile: sched2 }\n'],
      ['/etc/soakd/good.yaml', GOOD],
    ]);
    const offered = (name: string) => {
      files.set('/etc/soakd/sched1.yaml', `entries:\n  a: { cron: "@daily", profile: ${name} }\n`);
      const read = loadSchedule('/etc/soakd/sched1.yaml', {
        readFile: (path) => {
          const text = files.get(path);
          if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
          return text;
        },
        listFolder: () => ['sched1.yaml', 'good.yaml', 'gone.yaml'],
        profiles: { readFile: () => '' },
        defaultTargetUrl: null,
      });
      return read.ok ? [] : read.problems.map(({ hint }) => hint);
    };
    expect(offered('sched2')).toEqual(['put sched2.yaml into /etc/soakd, or set profiles:']);
    expect(offered('god')).toEqual(['did you mean good?']);
  });

  it('tells all its problems at once, those of its profiles included, each with its place and a hint', () => {
    expect(
      problemsOf(`profiles: load
timezone: Berlin
entries:
  Upper: { cron: "@daily", profile: good }
  a: { cron: "0 25 * * *", profile: god }
  b: { cron: "@daily", profile: bad, on_conflict: wait }
  c: { cron: "@daily" }
  d: { cron: "@daily", profile: good, request: { path: health } }
  e: { cron: "@daily", request: { path: /x }, rehearse: 6m, week_of_month: 6 }
blackouts:
  - { daily: 02:00-04:00 }
  - { from: 2026-12-24, reason: x }
`),
    ).toEqual([
      '/etc/soakd/schedule.yaml:2:11 timezone: "Berlin" is no time zone; did you mean Europe/Berlin?',
      expect.stringMatching(/^\/etc\/soakd\/schedule.yaml:4:3 entries.Upper: "Upper" is not a valid name/),
      expect.stringMatching(
        /^\/etc\/soakd\/schedule.yaml:5:14 entries.a.cron: "0 25 \* \* \*" is not a cron expression/,
      ),
      '/etc/soakd/schedule.yaml:5:37 entries.a.profile: "god": there is no such profile; did you mean good?',
      expect.stringMatching(
        /:6:33 entries.b.profile: the profile "bad" is not valid; see \/etc\/soakd\/load\/bad.yaml:1:/,
      ),
      expect.stringMatching(/:6:51 entries.b.on_conflict: "wait" is not one of skip, delay, absorb/),
      expect.stringMatching(/:7:3 entries.c: starts nothing; give either profile/),
      expect.stringMatching(/:8:3 entries.d: has both profile and request/),
      expect.stringMatching(/:8:56 entries.d.request.path: "health" does not begin with \//),
      expect.stringMatching(/:9:57 entries.e.rehearse: goes with profile, not with request/),
      expect.stringMatching(/:9:76 entries.e.week_of_month: 6 is no week of a month/),
      expect.stringMatching(/:11:5 blackouts.0: reason is missing/),
      expect.stringMatching(/:12:5 blackouts.1: has only one of from and until/),
      expect.stringMatching(/^\/etc\/soakd\/load\/bad.yaml:1:33 soak_test.duration: 1 has no unit/),
    ]);
  });

  it('has instants of blackouts by the clock of their zone, which must make sense', () => {
    const read = load(`timezone: Europe/Berlin
entries: {}
blackouts:
  - { from: 2026-07-01, until: 2026-07-02 06:00, reason: x }
  - { from: 2026-07-01T00:00:00Z, until: 2026-07-02T00:00:00+02:00, timezone: UTC, reason: y }
`);
    const instants = (read.ok ? read.loaded.schedule.blackouts : []).map((one) =>
      one.kind === 'fixed' ? [one.fromMs, one.untilMs].map((atMs) => new Date(atMs).toISOString().slice(0, 16)) : [],
    );
    expect(instants).toEqual([
      ['2026-06-30T22:00', '2026-07-02T04:00'],
      ['2026-07-01T00:00', '2026-07-01T22:00'],
    ]);
    expect(problemsOf('entries: {}\nblackouts:\n  - { from: 2026-13-01, until: 2026-01-02, reason: x }')[0]).toContain(
      '"2026-13-01" is no instant',
    );
    expect(problemsOf('entries: {}\nblackouts:\n  - { from: 2026-02-01, until: 2026-01-02, reason: x }')[0]).toContain(
      'ends before it begins',
    );
  });

  it('has a schema for editors that is current', () => {
    expect(JSON.parse(readFileSync('config/schedule.schema.json', 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(scheduleJsonSchema())),
    );
  });
});
