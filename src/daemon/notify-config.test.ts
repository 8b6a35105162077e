import { describe, expect, it } from 'vitest';
import { formatProblem } from '../config/problem.ts';
import { type DaemonConfig, readDaemonConfig } from './config.ts';

const problemsOf = (source: string): string[] => {
  const read = readDaemonConfig(source, 'soakd.yaml');
  return read.ok ? [] : read.problems.map(formatProblem);
};
const configOf = (source: string): DaemonConfig => {
  const read = readDaemonConfig(source, 'soakd.yaml');
  if (read.ok) return read.config;
  throw new Error(read.problems.map(formatProblem).join('\n'));
};

describe('the section notify of the configuration', () => {
  it('says what nobody needs to write', () => {
    expect(configOf('notify: {}\n').notify).toEqual({
      ...{ publicUrl: null, channels: {}, routes: [], otherwise: null, groupBy: ['run'] },
      ...{ groupIntervalMs: 60_000, giveUpAfterMs: 7 * 86_400_000 },
    });
  });

  it('reads every key', () => {
    const { notify, heartbeat } = configOf(`notify:
  public_url: https://soakd.example/staging/
  channels:
    team: { kind: slack, url: file:/run/secrets/slack }
    oncall: { kind: pagerduty, routing_key: env:PAGERDUTY_KEY }
  routes:
    - { about: [alert], severity: [critical], action: [page], labels: { profile: "weekly*" }, channels: [oncall], continue: true }
  default: [team]
  group_by: [target]
  group_interval: 30s
  give_up_after: 2d
heartbeat: { url: "https://hc.example/x" }
`);
    expect(notify).toEqual({
      publicUrl: 'https://soakd.example/staging',
      channels: {
        team: { kind: 'slack', url: 'file:/run/secrets/slack' },
        oncall: {
          ...{ kind: 'pagerduty', routing_key: 'env:PAGERDUTY_KEY' },
          url: 'https://events.pagerduty.com/v2/enqueue',
        },
      },
      routes: [
        {
          ...{ about: ['alert'], severity: ['critical'], action: ['page'], labels: { profile: 'weekly*' } },
          ...{ channels: ['oncall'], goesOn: true },
        },
      ],
      ...{ otherwise: ['team'], groupBy: ['target'], groupIntervalMs: 30_000, giveUpAfterMs: 2 * 86_400_000 },
    });
    expect(heartbeat).toEqual({ url: 'https://hc.example/x', everyMs: 60_000 });
  });

  it('tells every mistake with its place and a hint, and shows no secret that was written openly', () => {
    const problems = problemsOf(`notify:
  public_url: soakd.example
  channels:
    team: { kind: slack, url: "https://hooks.slack.com/services/T0/B0/very-secret" }
    Oncall: { kind: pagerduty, routing_key: env:KEY }
    hook: { kind: webhook, url: "https://user:very-secret@hook.example/", headers: { authorization: "Bearer very-secret" } }
    am: { kind: alertmanger, url: "http://127.0.0.1:9093" }
    mail: { kind: email, host: smtp.example, from: nobody, to: [] }
    log: { kind: file, path: soakd.jsonl, mode: 7 }
  routes:
    - { severity: [fatal], channels: [teem] }
  default: [nobody]
  group_interval: 60
heartbeat: { url: "https://hc.example/x?key=very-secret", every: 1s }
`);
    expect(problems.join('\n')).not.toContain('very-secret');
    for (const expected of [
      'soakd.yaml:2:15 notify.public_url: "soakd.example" is not the address of a page; write for example https://soakd.staging.example',
      'soakd.yaml:4:31 notify.channels.team.url: is written openly; write env:NAME, or file:/path of a file that holds nothing else',
      'soakd.yaml:5:5 notify.channels.Oncall: "Oncall" is not a valid name; use letters, digits and dashes',
      'soakd.yaml:6:33 notify.channels.hook.url: may hold a secret: it has a user, a password or a query; keep it elsewhere: env:NAME, or file:/path of a file that holds nothing else',
      'soakd.yaml:7:17 notify.channels.am.kind: "alertmanger" is not one of slack, pagerduty, alertmanager, webhook, email, commit_status, file; did you mean alertmanager?',
      'soakd.yaml:8:52 notify.channels.mail.from: "nobody" is not an e-mail address; see docs/notifications.md',
      'soakd.yaml:8:60 notify.channels.mail.to: is empty; write at least one',
      'soakd.yaml:9:30 notify.channels.log.path: is not an absolute path; write it from the root: /var/log/…',
      'soakd.yaml:9:43 notify.channels.log.mode: unknown key "mode"; known keys: kind, path',
      'soakd.yaml:11:20 notify.routes.0.severity.0: "fatal" is not one of info, warning, critical; write one of them',
      'soakd.yaml:13:19 notify.group_interval: 60 has no unit; write 60s, 60m or 60h',
      'soakd.yaml:14:66 heartbeat.every: 1s is too short; write at least 5s',
    ])
      expect(problems).toContain(expected);
  });

  it('tells of channels that are not there', () => {
    expect(
      problemsOf(`notify:
  channels: { team: { kind: slack, url: env:SLACK } }
  routes:
    - { channels: [teem] }
  default: [nobody]
`),
    ).toEqual([
      'soakd.yaml:4:20 notify.routes.0.channels.0: there is no channel "teem"; did you mean team?',
      'soakd.yaml:5:13 notify.default.0: there is no channel "nobody"; channels has team',
    ]);
  });
});
