/** E-mail by SMTP (RFC 5321), encrypted by STARTTLS (RFC 3207) or from the first byte unless told. */
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { unlessAborted } from '../../base/abort.ts';
import { deadline } from '../../base/clock.ts';
import { describeError, EXIT, SoakdError } from '../../base/errors.ts';
import { whyUnreadable } from '../../base/file-errors.ts';
import { REDACTED } from '../../base/redact.ts';
import { NOTIFICATION_KINDS } from '../../model/notification.ts';
import { type ChannelPlugin, DeliveryFailure } from '../channel.ts';
import { secretName } from '../settings.ts';
import { htmlOf, subjectOf } from './render.ts';

const mailbox = z
  .string()
  .regex(/^[^\s@<>,;]+@[^\s@<>,;]+$|^[^<>@,;\r\n]+ <[^\s@<>,;]+@[^\s@<>,;]+>$/, 'is not an e-mail address');

const settings = z.strictObject({
  kind: z.literal('email'),
  host: z.string().min(1, 'is empty').describe('name of the SMTP server'),
  port: z
    .int()
    .min(1, 'is below 1')
    .max(65_535, 'is above 65535')
    .describe('587 unless given, with security tls 465')
    .optional(),
  security: z
    .enum(['starttls', 'tls', 'none'])
    .describe('starttls: a server that cannot is not used; tls: from the first byte; none: for a relay on this machine')
    .default('starttls'),
  ca_file: z
    .string()
    .describe('absolute path of a certificate in PEM that the server is signed by, where no public authority did')
    .refine(isAbsolute, { message: 'is not an absolute path', params: { hint: 'write it from the root: /etc/ssl/…' } })
    .optional(),
  username: z.string().min(1, 'is empty').describe('who sends, for servers that ask').optional(),
  password: secretName('password of that user').optional(),
  from: mailbox.describe('sender: soakd@example.org, or "soakd <soakd@example.org>"'),
  to: z.array(mailbox).min(1, 'is empty').describe('recipients'),
});

const CONNECT_MS = 10_000;
const LIMIT_MS = 30_000;

export const emailChannel: ChannelPlugin<typeof settings> = {
  kind: 'email',
  settings,
  takes: NOTIFICATION_KINDS,
  forPeople: true,

  open(given, { clock, secret, host }) {
    const { security, username, from, to } = given;
    const password = given.password === undefined ? null : secret(given.password);
    const options = {
      host: given.host,
      port: given.port ?? (security === 'tls' ? 465 : 587),
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
      ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: LIMIT_MS },
      ...(given.ca_file === undefined ? {} : { tls: { ca: certificateIn(given.ca_file) } }),
      // A message is made of our own text only.
      ...{ disableFileAccess: true, disableUrlAccess: true },
    };
    return {
      async send({ id, body }, signal) {
        // Imported when used: nobody else needs it.
        const { createTransport } = await import('nodemailer');
        const limit = deadline(clock, LIMIT_MS, signal);
        const transport = createTransport(options);
        try {
          const sending = transport.sendMail({
            ...{ from, to, subject: subjectOf(body), text: body.text, html: htmlOf(body) },
            // The same for every try: mail programs show such a message once.
            messageId: `<${id}@${host.replaceAll(/[^A-Za-z0-9.-]/g, '-')}>`,
            headers: {
              'Auto-Submitted': 'auto-generated',
              'X-Soakd-Kind': body.kind,
              'X-Soakd-Severity': body.severity,
            },
          });
          if ((await unlessAborted(sending, limit.signal)) === null) throw limit.signal.reason;
        } catch (thrown) {
          throw failureOf(thrown, given.host, password);
        } finally {
          limit.clear();
          transport.close();
        }
      },
    };
  },
};

function certificateIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { problem, hint } = whyUnreadable(cause);
    const options = { code: 'file_unreadable', hint, exitCode: EXIT.badInput, httpStatus: 422 };
    throw new SoakdError(`the certificate ${path} cannot be read: ${problem}`, options);
  }
}

/**
 * 5yz is a refusal for good, 4yz one for now (RFC 5321, §4.2.1). Only of sender, recipients and content: a password that is not
 * taken, or a server that cannot encrypt, is a fault of the configuration, and the message waits for somebody to mend that.
 */
function failureOf(thrown: unknown, host: string, password: string | null): DeliveryFailure {
  const { responseCode = 0, code = '' } = thrown instanceof Error ? (thrown as SmtpError) : {};
  const text = describeError(thrown);
  const reason = password === null || password.length < 4 ? text : text.replaceAll(password, REDACTED);
  return new DeliveryFailure(`${host}: ${reason}`, { permanent: responseCode >= 500 && OF_MESSAGE.includes(code) });
}

/** Codes of nodemailer: MAIL FROM and RCPT TO, DATA. */
const OF_MESSAGE = ['EENVELOPE', 'EMESSAGE'];

/** What nodemailer adds to its errors. */
interface SmtpError extends Error {
  responseCode?: number;
  code?: string;
}
