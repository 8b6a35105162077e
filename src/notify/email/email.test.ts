import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FIRED_MS, firing } from '../../../tests/support/alert.ts';
import { channelOf, messageOf, neverAborts } from '../../../tests/support/channels.ts';
import { temporaryFolder } from '../../../tests/support/server-process.ts';
import {
  type Certificate,
  opensslIsInstalled,
  selfSignedCertificate,
  smtpReceiverForTest,
} from '../../../tests/support/smtp-receiver.ts';
import { notifySchema, resolveNotify } from '../config.ts';
import { messagesFor } from '../messages.ts';
import { htmlOf, subjectOf } from './render.ts';

const config = resolveNotify(
  notifySchema.parse({
    public_url: 'https://soakd.example',
    channels: { mail: { kind: 'email', host: 'localhost', from: 'soakd@example.org', to: ['ops@example.org'] } },
  }),
);
const [told] = messagesFor([firing()], config, FIRED_MS);
if (told === undefined) throw new Error('nobody is told');
const { body } = told;
const message = messageOf(body);

const mailTo = (port: number, changes: Record<string, unknown> = {}, secrets: Record<string, string> = {}) =>
  channelOf(
    {
      ...{ kind: 'email', host: '127.0.0.1', port, security: 'none' },
      ...{ from: 'soakd <soakd@example.org>', to: ['ops@example.org', 'lead@example.org'] },
      ...changes,
    },
    secrets,
  );

const canEncrypt = opensslIsInstalled();

describe('e-mail by a real SMTP server', () => {
  let certificate: Certificate;
  beforeAll(async () => {
    if (canEncrypt) certificate = await selfSignedCertificate();
  });

  async function certificateFile(): Promise<string> {
    const folder = await temporaryFolder('ca');
    onTestFinished(folder.remove);
    const path = join(folder.path, 'ca.pem');
    await writeFile(path, certificate.cert);
    return path;
  }

  it('comes as plain text and HTML, under an id that stays the same for each try', async () => {
    const { port, mails } = await smtpReceiverForTest({ authOptional: true, disabledCommands: ['STARTTLS'] });
    const channel = mailTo(port);
    await channel.send(message, neverAborts);
    await channel.send(message, neverAborts);
    expect(mails).toHaveLength(2);
    const [mail, again] = mails;
    expect(mail).toMatchObject({ from: 'soakd@example.org', to: ['ops@example.org', 'lead@example.org'] });
    const source = mail?.source ?? '';
    expect(source).toMatch(/^From: "?soakd"? <soakd@example.org>/m);
    expect(source).toMatch(/^Subject: .*HighErrorRate/m);
    expect(source).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(source).toMatch(/^Message-ID: <msg_0123456789abcdef0123456789abcdef@soak-host>/m);
    expect(again?.source).toMatch(/^Message-ID: <msg_0123456789abcdef0123456789abcdef@soak-host>/m);
    expect(source).toMatch(/Content-Type: text\/plain/);
    expect(source).toMatch(/Content-Type: text\/html/);
    expect(source).toContain('runbooks.example.org/high-error-rate');
  });

  it.skipIf(!canEncrypt)('is encrypted by STARTTLS, with a user where one is set', async () => {
    const { port, mails } = await smtpReceiverForTest({
      ...certificate,
      onAuth: ({ username, password }, _session, done) =>
        password === 'right password' ? done(null, { user: username ?? '' }) : done(new Error('wrong password')),
    });
    const changes = {
      ...{ security: 'starttls', ca_file: await certificateFile() },
      ...{ username: 'soakd', password: 'env:SMTP_PASSWORD' },
    };
    await mailTo(port, changes, { 'env:SMTP_PASSWORD': 'right password' }).send(message, neverAborts);
    expect(mails).toMatchObject([{ encrypted: true, user: 'soakd' }]);

    const wrong = mailTo(port, changes, { 'env:SMTP_PASSWORD': 'wrong-password' }).send(message, neverAborts);
    await expect(wrong).rejects.toMatchObject({ permanent: false, message: expect.stringContaining('127.0.0.1: ') });
    await expect(wrong).rejects.not.toThrow('wrong-password');
  });

  it.skipIf(!canEncrypt)(
    'is not sent to a server that cannot encrypt, nor to one that nobody vouches for',
    async () => {
      const plain = await smtpReceiverForTest({ authOptional: true, disabledCommands: ['STARTTLS'] });
      const sending = mailTo(plain.port, { security: 'starttls' }).send(message, neverAborts);
      await expect(sending).rejects.toMatchObject({ permanent: false });
      const unknown = await smtpReceiverForTest({ ...certificate, authOptional: true });
      const refused = mailTo(unknown.port, { security: 'starttls' }).send(message, neverAborts);
      await expect(refused).rejects.toMatchObject({ permanent: false, message: expect.stringMatching(/certificate/i) });
      expect([...plain.mails, ...unknown.mails]).toEqual([]);
    },
  );

  it.skipIf(!canEncrypt)('is encrypted from the first byte where that is asked for', async () => {
    const { port, mails } = await smtpReceiverForTest({ ...certificate, secure: true, authOptional: true });
    await mailTo(port, { security: 'tls', ca_file: await certificateFile() }).send(message, neverAborts);
    expect(mails).toMatchObject([{ encrypted: true }]);
  });

  it.each([
    [550, true],
    [451, false],
  ])('that is answered by %i is given up: %s', async (responseCode, permanent) => {
    const { port } = await smtpReceiverForTest({
      ...{ authOptional: true, disabledCommands: ['STARTTLS'] },
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('not here'), { responseCode })),
    });
    await expect(mailTo(port).send(message, neverAborts)).rejects.toMatchObject({ permanent });
  });

  it('ends when it is told to, while the server says nothing', async () => {
    const { port } = await smtpReceiverForTest({
      ...{ authOptional: true, disabledCommands: ['STARTTLS'] },
      onConnect: () => undefined,
    });
    const stop = new AbortController();
    const sending = mailTo(port).send(message, stop.signal);
    stop.abort(new Error('soakd stops'));
    await expect(sending).rejects.toThrow('soakd stops');
  });
});

describe('the text of an e-mail', () => {
  it('keeps the subject on one line', () => {
    expect(subjectOf({ ...body, title: 'a\r\nBcc: all@example.org' })).toBe('a Bcc: all@example.org');
    expect(subjectOf({ ...body, title: 'x'.repeat(500) })).toHaveLength(200);
  });

  it('takes nothing that an alert says for HTML, and links to web pages only', () => {
    const [alert] = body.alerts;
    if (alert === undefined) throw new Error('no alert');
    const html = htmlOf({
      ...body,
      title: '<script>alert(1)</script>',
      alerts: [{ ...alert, headline: '<b>', runbookUrl: 'javascript:alert(1)', facts: [{ name: '"', text: '&<' }] }],
    });
    expect(html).not.toMatch(/<script|<b>|href="javascript/);
    expect(html).toContain('&amp;&lt;');
    expect(html).toContain('<a href="https://soakd.example/#/runs/run-1');
  });
});
