import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FIRED_MS, firing, resolved } from '../../../tests/support/alert.ts';
import { channelOf, messageOf, neverAborts } from '../../../tests/support/channels.ts';
import { targetForTest } from '../../../tests/support/target-for-test.ts';
import type { AlertNews } from '../../model/alert.ts';
import type { NotificationBody } from '../../model/notification.ts';
import { notifySchema, resolveNotify } from '../config.ts';
import { messagesFor, testBody } from '../messages.ts';
import { slackMessage } from './message.ts';

/** What Slack takes, from its reference of Block Kit: it answers 400 `invalid_blocks` to anything else. */
const mrkdwn = z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(3000) });
const slackTakes = z.strictObject({
  text: z.string().min(1).max(40_000),
  unfurl_links: z.literal(false),
  blocks: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('header'),
          text: z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(150), emoji: z.boolean() }),
        }),
        z.strictObject({ type: z.literal('section'), text: mrkdwn }),
        z.strictObject({ type: z.literal('context'), elements: z.array(mrkdwn).min(1).max(10) }),
      ]),
    )
    .min(1)
    .max(50),
});

const config = resolveNotify(
  notifySchema.parse({ public_url: 'https://soakd.example', channels: { team: { kind: 'slack', url: 'env:SLACK' } } }),
);
const bodyOf = (...news: AlertNews[]): NotificationBody => {
  const [message] = messagesFor(news, config, FIRED_MS);
  if (message === undefined) throw new Error('nobody is told');
  return message.body;
};

describe('Slack', () => {
  it('gets text and blocks by its webhook, as it documents them', async () => {
    const target = await targetForTest(() => ({ body: 'ok' }));
    const channel = channelOf({ kind: 'slack', url: 'env:SLACK' }, { 'env:SLACK': `${target.url}/services/T0/B0/x` });
    await channel.send(messageOf(bodyOf(firing())), neverAborts);
    expect(target.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /services/T0/B0/x']);
    const sent = slackTakes.parse(JSON.parse(target.seen[0]?.body ?? ''));
    expect(sent.text).toBe(
      '[FIRING] critical: HighErrorRate – weekly\nHighErrorRate: 3.1 % (14 of 452 requests in 5 min), limit error_rate &gt; 2% for 5m',
    );
    const all = JSON.stringify(sent.blocks);
    for (const part of [
      ':red_circle:',
      '*Load:* planned 120/min, served 117/min',
      'runbooks.example.org',
      '#/runs/run-1?at=',
    ])
      expect(all).toContain(part);
  });

  it('shows what is over by another sign', () => {
    expect(JSON.stringify(slackMessage(bodyOf(resolved())))).toContain(':white_check_mark:');
  });

  it('is never sent more than it takes, however much there is to tell', () => {
    const long = 'ä<&>'.repeat(5_000);
    const facts = { hourOfRun: 1, plannedPerMinute: 1, servedPerMinute: 1, nearby: [{ atMs: 0, text: long }] };
    const news = Array.from({ length: 70 }, (_, at) =>
      firing({ id: `a-${at}`, evidence: long, facts }, { name: `Rule${at}${long}`, runbookUrl: `https://x/${long}` }),
    );
    const sent = slackMessage(bodyOf(...news));
    expect(slackTakes.safeParse(sent).error).toBeUndefined();
    expect(JSON.stringify(sent.blocks)).toContain('and 50 more');
    const text = `${'x'.repeat(9_000)}\n${'short line\n'.repeat(30_000)}`;
    const summary: NotificationBody = { ...testBody('team', null, 'h'), kind: 'summary', title: 't'.repeat(500), text };
    expect(slackTakes.safeParse(slackMessage(summary)).error).toBeUndefined();
  });

  it('cannot be made to mention or to link by what an alert says', () => {
    const sent = slackMessage(bodyOf(firing({ evidence: '<!channel> <https://evil.example|click> & co' })));
    expect(JSON.stringify(sent)).not.toMatch(/<!channel>|<https:\/\/evil/);
    expect(sent.text).toContain('&lt;!channel&gt;');
  });

  it('keeps a plain text as it was laid out', () => {
    const summary: NotificationBody = { ...testBody('team', null, 'h'), kind: 'summary', text: 'a   b\n```\nc   d' };
    expect(JSON.stringify(slackMessage(summary).blocks)).toContain("```\\na   b\\n'''\\nc   d\\n```");
  });

  it('does not tell its address when it fails', async () => {
    const target = await targetForTest(() => ({ status: 404, body: 'no_service' }));
    const channel = channelOf({ kind: 'slack', url: 'env:SLACK' }, { 'env:SLACK': `${target.url}/services/T0/B0/x` });
    await expect(channel.send(messageOf(bodyOf(firing())), neverAborts)).rejects.toMatchObject({
      permanent: true,
      message: `${new URL(target.url).host} answers 404: no_service`,
    });
  });

  it('is refused where its secret holds no address, without telling it', () => {
    expect(() => channelOf({ kind: 'slack', url: 'env:SLACK' }, { 'env:SLACK': 'xoxb-not-an-address' })).toThrow(
      'env:SLACK holds no http address',
    );
  });
});
