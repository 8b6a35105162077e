import { describe, expect, it } from 'vitest';
import { alertOf, FIRED_MS, firing, resolved } from '../../tests/support/alert.ts';
import { TREND_STATES } from '../model/verdict.ts';
import { postableAlerts } from './alertmanager/alerts.ts';
import { type NotifyConfig, notifySchema, resolveNotify } from './config.ts';
import { htmlOf, subjectOf } from './email/render.ts';
import { messagesFor, messagesForSummary, testBody, type Word } from './messages.ts';
import { slackMessage } from './slack/message.ts';
import { payloadOf } from './webhook/payload.ts';

const configOf = (given: object): NotifyConfig =>
  resolveNotify(
    notifySchema.parse({
      channels: {
        oncall: { kind: 'pagerduty', routing_key: 'env:KEY' },
        team: { kind: 'slack', url: 'env:SLACK' },
        am: { kind: 'alertmanager', url: 'http://127.0.0.1:9093' },
      },
      ...given,
    }),
  );

const byAll = configOf({});
const channelsOf = (...args: Parameters<typeof messagesFor>): string[] =>
  messagesFor(...args).map(({ channel }) => channel);

describe('a message about an alert', () => {
  const [message] = messagesFor(
    [firing()],
    configOf({ public_url: 'https://soakd.example/', default: ['team'] }),
    FIRED_MS + 61_000,
  );

  it('says in one sentence what, how bad, and against which limit', () => {
    expect(message?.body.alerts[0]?.headline).toBe(
      'HighErrorRate: 3.1 % (14 of 452 requests in 5 min), limit error_rate > 2% for 5m',
    );
    expect(message?.body.title).toBe('[FIRING] critical: HighErrorRate – weekly');
  });

  it('says since when, in which hour of which run, under what load, what happened nearby, and what to do', () => {
    expect(message?.body.text).toBe(
      `HighErrorRate: 3.1 % (14 of 452 requests in 5 min), limit error_rate > 2% for 5m
  Value: 3.1 % (14 of 452 requests in 5 min)
  Worst: 4.25 %
  Limit: error_rate > 2% for 5m
  Since: 2026-11-21 11:55:00 UTC, fired after 5m, for 6m1s
  Run: weekly, run-1, hour 41.3
  Target: http://shop
  Load: planned 120/min, served 117/min
  Nearby: 2026-11-21 11:58:00 UTC: the target restarted
  Acknowledge: soakd ack a-000001
  Silence: soakd silence add alertname=HighErrorRate --for 2h --why "…"
  Runbook: https://runbooks.example.org/high-error-rate

Dashboard: https://soakd.example/#/runs/run-1?at=${FIRED_MS}`,
    );
  });

  it('leaves out what is not known, and has no link without a public address', () => {
    const facts = { hourOfRun: null, plannedPerMinute: null, servedPerMinute: null, nearby: [] };
    const [bare] = messagesFor([firing({ facts, worst: null, labels: {}, evidence: '' })], byAll, FIRED_MS);
    expect(bare?.body.text).not.toMatch(/Load|Nearby|Worst|Value|hour|Dashboard|null|undefined|NaN/);
    expect(bare?.body.alerts[0]?.headline).toBe('HighErrorRate: limit error_rate > 2% for 5m');
    expect(bare?.body.link).toBeNull();
  });

  it('tells one side of the load when only that is known', () => {
    const facts = { hourOfRun: 1, plannedPerMinute: 9, servedPerMinute: null, nearby: [] };
    const [bare] = messagesFor([firing({ facts })], byAll, FIRED_MS);
    expect(bare?.body.text).toContain('Load: planned 9/min, served unknown');
  });

  it('says at the end how long it lasted and how bad it was, and asks for nothing', () => {
    const [over] = messagesFor([resolved()], byAll, FIRED_MS + 720_000);
    expect(over?.body.alerts[0]).toMatchObject({
      status: 'resolved',
      headline: 'HighErrorRate: over after 17m; now 0.4 %',
    });
    expect(over?.body.text).toContain('Since: 2026-11-21 11:55:00 UTC, fired after 5m, until 2026-11-21 12:12:00 UTC');
    expect(over?.body.text).not.toMatch(/Acknowledge|Silence/);
  });

  const cutOff = { reason: 'the run is over: passed', stillHeld: true };

  it('does not say that something is over because nobody looks any more', () => {
    const [ended] = messagesFor([resolved({ cutOff, evidence: '75 % fail' })], byAll, FIRED_MS + 720_000);
    expect(ended?.body.title).toBe(
      '[NO LONGER WATCHED] critical: HighErrorRate – weekly (the run is over: passed; it still held)',
    );
    expect(ended?.body.alerts[0]?.headline).toBe(
      'HighErrorRate: the run is over: passed; it still held after 17m: 75 % fail',
    );
    const [two] = messagesFor(
      [resolved({ cutOff }), resolved({ id: 'a-2' }, { name: 'HighCPU' })],
      configOf({ default: ['team'] }),
      FIRED_MS + 720_000,
    );
    expect(two?.body.title).toContain('[RESOLVED] 2 alerts: HighErrorRate, HighCPU – weekly (the run is over: passed');
  });

  it('says so in what every kind of channel sends', () => {
    const [ended] = messagesFor([resolved({ cutOff })], byAll, FIRED_MS + 720_000);
    if (ended === undefined) throw new Error('nothing is told');
    const { body } = ended;
    expect(slackMessage(body).text).toContain('it still held');
    expect(`${subjectOf(body)}${htmlOf(body)}`).toMatch(/NO LONGER WATCHED.*it still held/s);
    expect(postableAlerts(body, FIRED_MS + 720_000, 1)[0]?.annotations.summary).toContain('it still held');
    expect(payloadOf({ id: 'x', createdMs: 0, body }).alerts[0]?.cutOff).toEqual(cutOff);
  });

  it('tells no instant that is yet to come', () => {
    const [over] = messagesFor([resolved()], byAll, FIRED_MS + 716_000);
    expect(over?.body.text).toContain('until 2026-11-21 12:11:56 UTC');
    expect(over?.body.alerts[0]?.resolvedMs).toBe(FIRED_MS + 716_000);
  });

  it('says in words what is 0 or 1, or a word', () => {
    const worstOf = (metric: string, unit: string, worst: number) => {
      const condition = { ...alertOf().rule.condition, metric, unit };
      const [message] = messagesFor([firing({ worst }, { condition })], byAll, FIRED_MS);
      return /Worst: (.*)/.exec(message?.body.text ?? '')?.[1];
    };
    expect(worstOf('up', 'flag', 0)).toBe('down');
    expect(worstOf('sampler_up', 'flag', 0)).toBe('could not be read');
    expect(worstOf('trend', 'trend', TREND_STATES.indexOf('leak'))).toBe('leak');
    expect(worstOf('circuit_breaker_open', 'raw', 1)).toBe('1');
  });

  it('of a rehearsal says that it is one, in the title and in each sentence', () => {
    const { labels } = alertOf();
    const rehearsed = firing({ labels: { ...labels, rehearsal: 'true' } });
    const [message] = messagesFor([rehearsed], byAll, FIRED_MS);
    expect(message?.body.title).toBe('[REHEARSAL] [FIRING] critical: HighErrorRate – weekly');
    expect(message?.body.alerts[0]?.headline).toMatch(/^Rehearsal: HighErrorRate: /);
    expect(message?.body.text).toContain('Run: rehearsal of weekly, run-1');
  });

  it('says who acknowledged it', () => {
    const acknowledged = { atMs: FIRED_MS + 60_000, who: 'anna@host', text: 'on it' };
    const [message] = messagesFor(
      [{ kind: 'acknowledged', alert: alertOf({ acknowledged }) }],
      byAll,
      FIRED_MS + 61_000,
    );
    expect(message?.body.kind).toBe('acknowledged');
    expect(message?.body.text).toContain('Acknowledged: by anna@host at 2026-11-21 12:01:00 UTC: on it');
  });

  it('quotes names for the shell, and shows the latest of many things that happened nearby', () => {
    const nearby = Array.from({ length: 30 }, (_, at) => ({ atMs: FIRED_MS + at, text: `thing ${at}` }));
    const facts = { hourOfRun: 1, plannedPerMinute: 1, servedPerMinute: 1, nearby };
    const [message] = messagesFor([firing({ facts }, { name: "High 'Retry' Rate" })], byAll, FIRED_MS);
    expect(message?.body.text).toContain(`alertname='High '\\''Retry'\\'' Rate' --for`);
    expect(message?.body.text).toContain('thing 29');
    expect(message?.body.text).not.toContain('thing 21:');
    expect(message?.body.text).toContain('and 22 earlier ones');
  });
});

describe('messages for news', () => {
  it('go together when they are of one kind and group, and apart else', () => {
    const news = [
      firing({ id: 'a-1' }),
      firing({ id: 'a-2' }, { name: 'ServiceDown' }),
      resolved({ id: 'a-3' }, { name: 'HighCPU' }),
      firing({ id: 'a-4', runId: 'run-2', labels: { run: 'run-2' } }),
    ];
    const told = messagesFor(news, configOf({ default: ['team'] }), FIRED_MS);
    expect(told.map(({ group, body }) => [group, body.kind, body.alerts.map(({ id }) => id)])).toEqual([
      ['run-1', 'firing', ['a-1', 'a-2']],
      ['run-1', 'resolved', ['a-3']],
      ['run-2', 'firing', ['a-4']],
    ]);
    expect(told[0]?.body.title).toBe('[FIRING] 2 alerts: HighErrorRate, ServiceDown – weekly');
  });

  it('keep their order where one alert is over and the next of the same key fires', () => {
    const key = 'HighErrorRate/run-1';
    const news = [firing({ id: 'a-1', key }), resolved({ id: 'a-1', key }), firing({ id: 'a-2', key })];
    const told = messagesFor(news, configOf({ default: ['oncall'] }), FIRED_MS);
    expect(told.map(({ body }) => [body.kind, body.alerts.map(({ id }) => id)])).toEqual([
      ['firing', ['a-1']],
      ['resolved', ['a-1']],
      ['firing', ['a-2']],
    ]);
  });

  it('have the same key when they are made again, and another one when the alert is told again', () => {
    const keys = (...news: Parameters<typeof messagesFor>[0]): string[] =>
      messagesFor(news, byAll, FIRED_MS).map(({ key }) => key);
    expect(keys(firing())).toEqual(keys(firing()));
    expect(keys(firing())).toContain('oncall run-1 a-000001 firing 1');
    expect(keys({ kind: 'again', alert: alertOf({ toldCount: 2 }) })).toContain('oncall run-1 a-000001 again 2');
    const many = [...keys(firing(), firing({ id: 'a-2' })), ...keys(firing()), ...keys(resolved())];
    expect(new Set(many).size).toBe(many.length);
  });

  it('group by what the configuration says; soakd itself is a group too', () => {
    const config = configOf({ default: ['team'], group_by: ['target', 'severity'] });
    expect(messagesFor([firing()], config, FIRED_MS)[0]?.group).toBe('http://shop critical');
    expect(messagesFor([firing({ runId: null, labels: {} })], byAll, FIRED_MS)[0]?.group).toBe('soakd');
  });
});

describe('routes', () => {
  const routed = configOf({
    routes: [
      { severity: ['critical'], action: ['page'], channels: ['oncall'], continue: true },
      { labels: { target: 'http://test*' }, channels: [] },
      { about: ['summary'], channels: ['team'] },
      { action: ['note'], channels: ['am'] },
    ],
    default: ['team', 'am'],
  });

  it('take the first that fits, go on where they say so, and leave the rest to the default', () => {
    expect(channelsOf([firing()], routed, FIRED_MS)).toEqual(['oncall']);
    expect(channelsOf([firing({}, { severity: 'warning', action: 'notify' })], routed, FIRED_MS)).toEqual([
      'team',
      'am',
    ]);
    const elsewhere = { labels: { target: 'http://test-7' } };
    expect(channelsOf([firing(elsewhere)], routed, FIRED_MS)).toEqual(['oncall']);
    expect(channelsOf([firing(elsewhere, { severity: 'info' })], routed, FIRED_MS)).toEqual([]);
  });

  it('send what is only a note to nobody unless one names it', () => {
    expect(channelsOf([firing({}, { action: 'note' })], routed, FIRED_MS)).toEqual(['am']);
    expect(channelsOf([firing({}, { action: 'note' })], byAll, FIRED_MS)).toEqual([]);
  });

  it('tell all channels where there are none, each what it can tell', () => {
    expect(channelsOf([firing()], byAll, FIRED_MS)).toEqual(['oncall', 'team', 'am']);
    const acknowledged = { kind: 'acknowledged', alert: alertOf() } as const;
    expect(channelsOf([acknowledged], byAll, FIRED_MS)).toEqual(['oncall', 'team']);
  });

  it('tell nobody when no channel is configured', () => {
    expect(messagesFor([firing()], resolveNotify(undefined), FIRED_MS)).toEqual([]);
  });
});

describe('the word at the end of a run', () => {
  const word: Word = {
    key: 'summary run-1',
    ...{ runId: 'run-1', severity: 'critical', action: 'notify', labels: { run: 'run-1', profile: 'weekly' } },
    ...{ title: 'weekly failed', text: 'It leaked.', atMs: null, result: null },
  };

  it('opens no incident, and goes to those who read', () => {
    const config = configOf({ public_url: 'https://soakd.example' });
    const told = messagesForSummary(word, config, FIRED_MS);
    expect(told.map(({ channel, key, group }) => [channel, key, group])).toEqual([
      ['team', 'team run-1 summary run-1', 'run-1'],
    ]);
    expect(told[0]?.body.text).toBe('It leaked.\n\nDashboard: https://soakd.example/#/runs/run-1');
  });
});

describe('a test message', () => {
  it('says that it is one', () => {
    expect(testBody('team', null, 'soak-host')).toMatchObject({
      kind: 'test',
      title: '[TEST] soakd on soak-host can reach the channel team',
    });
  });
});
