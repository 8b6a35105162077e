import type { NotificationBody, NotifiedAlert } from '../../model/notification.ts';
import { cut } from '../cut.ts';

const MAX_SUBJECT = 200;

/** One line: a line break would begin another header. */
export const subjectOf = ({ title }: NotificationBody): string =>
  cut(title.replaceAll(/\s+/g, ' ').trim(), MAX_SUBJECT);

/** The same as the plain text, for programs that show HTML: no pictures, no styles from elsewhere. */
export function htmlOf(body: NotificationBody): string {
  const { title, text, alerts, link } = body;
  const middle = alerts.length > 0 ? alerts.map(alertHtml).join('\n') : `<pre>${escaped(text)}</pre>`;
  const foot = link === null ? '' : `<p>${linkHtml(link, 'Open the dashboard')}</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body style="font-family: sans-serif">
<h2>${escaped(title)}</h2>
${middle}
${foot}
</body></html>`;
}

function alertHtml({ headline, facts, runbookUrl, status }: NotifiedAlert): string {
  const rows = facts.map(({ name, text }) => row(escaped(name), escaped(text)));
  if (runbookUrl !== null) rows.push(row('Runbook', linkHtml(runbookUrl, runbookUrl)));
  return `<h3>${status === 'resolved' ? '&#10003; ' : ''}${escaped(headline)}</h3>
<table cellpadding="4">
${rows.join('\n')}
</table>`;
}

const row = (name: string, text: string): string =>
  `<tr><th align="left" valign="top">${name}</th><td>${text.replaceAll('\n', '<br>')}</td></tr>`;

/** Only http addresses become links: a runbook is written by people. */
const linkHtml = (url: string, text: string): string =>
  /^https?:\/\//i.test(url) ? `<a href="${escaped(url)}">${escaped(text)}</a>` : escaped(url);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
