/**
 * A message in Slack's blocks. Limits: docs.slack.dev, Block Kit reference: 50 blocks a message, 150 characters a header, 3000
 * the text of a section. `text` is what notifications and screen readers show, so it is always set.
 */
import type { NotificationBody, NotifiedAlert } from '../../model/notification.ts';
import { cut } from '../cut.ts';

const MAX_BLOCKS = 50;
const MAX_HEADER = 150;
const MAX_SECTION = 3000;
const MAX_TEXT = 3000;
/** Two blocks each, and room for the head, the foot and a word of what was left out. */
const MAX_ALERTS = 20;

interface TextObject {
  type: 'plain_text' | 'mrkdwn';
  text: string;
  emoji?: boolean;
}

export type SlackBlock =
  | { type: 'header'; text: TextObject }
  | { type: 'section'; text: TextObject }
  | { type: 'context'; elements: TextObject[] };

export interface SlackMessage {
  text: string;
  blocks: SlackBlock[];
  unfurl_links: false;
}

export function slackMessage(body: NotificationBody): SlackMessage {
  const { title, alerts, link } = body;
  const headlines = alerts.slice(0, MAX_ALERTS).map(({ headline }) => headline);
  const head: SlackBlock = { type: 'header', text: { type: 'plain_text', text: cut(title, MAX_HEADER), emoji: true } };
  const middle = alerts.length > 0 ? alertBlocks(alerts) : preformatted(body.text);
  const foot: SlackBlock[] = link === null ? [] : [context(`<${target(link)}|Open the dashboard>`)];
  return {
    text: cut(escaped([title, ...headlines].join('\n')), MAX_TEXT),
    blocks: [head, ...middle.slice(0, MAX_BLOCKS - 2), ...foot],
    unfurl_links: false,
  };
}

function alertBlocks(alerts: readonly NotifiedAlert[]): SlackBlock[] {
  const shown = alerts.slice(0, MAX_ALERTS).flatMap((alert): SlackBlock[] => {
    const { headline, facts, runbookUrl } = alert;
    const lines = facts.map(({ name, text }) => `*${escaped(name)}:* ${escaped(text)}`);
    if (runbookUrl !== null) lines.push(`*Runbook:* <${target(runbookUrl)}|${escaped(cut(runbookUrl, 200))}>`);
    return [
      section(`${signOf(alert)} *${escaped(cut(headline, 1500))}*`),
      ...(lines.length === 0 ? [] : [section(lines.join('\n'))]),
    ];
  });
  const left = alerts.length - MAX_ALERTS;
  return left > 0 ? [...shown, context(`and ${left} more`)] : shown;
}

const signOf = ({ status, severity }: NotifiedAlert): string =>
  status === 'resolved' ? ':white_check_mark:' : SIGNS[severity];

const SIGNS = { critical: ':red_circle:', warning: ':large_yellow_circle:', info: ':large_blue_circle:' } as const;

/** Plain text as it was laid out, in as many sections as it needs. */
function preformatted(text: string): SlackBlock[] {
  const room = MAX_SECTION - 8;
  const parts: string[] = [];
  let part = '';
  for (const line of escaped(text.replaceAll('```', "'''")).split('\n')) {
    for (const piece of pieces(line, room)) {
      if (part.length + piece.length + 1 > room) {
        parts.push(part);
        part = '';
      }
      part += part === '' ? piece : `\n${piece}`;
    }
  }
  return [...parts, part].filter((one) => one.trim() !== '').map((one) => section(`\`\`\`\n${one}\n\`\`\``));
}

const pieces = (line: string, size: number): string[] =>
  line.length <= size ? [line] : (line.match(new RegExp(`.{1,${size}}`, 'gu')) ?? []);

const section = (text: string): SlackBlock => ({
  type: 'section',
  text: { type: 'mrkdwn', text: cut(text, MAX_SECTION) },
});
const context = (text: string): SlackBlock => ({
  type: 'context',
  elements: [{ type: 'mrkdwn', text: cut(text, MAX_SECTION) }],
});

/** The three characters that Slack takes for its own. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** An address in a link: what would end it is percent-encoded. */
const target = (url: string): string =>
  url.replaceAll('&', '&amp;').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C');
