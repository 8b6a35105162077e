/** A real SMTP server on loopback that keeps what it is sent. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { isInstalled, temporaryFolder } from './server-process.ts';

export interface Mail {
  from: string;
  to: string[];
  /** As it came: head and body. */
  source: string;
  encrypted: boolean;
  user: string | null;
}

export interface SmtpReceiver {
  port: number;
  mails: Mail[];
}

/** Listens until the test is over. */
export async function smtpReceiverForTest(options: SMTPServerOptions): Promise<SmtpReceiver> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    logger: false,
    ...options,
    onData(stream, session, done) {
      text(stream).then(
        (source) => {
          const { mailFrom, rcptTo } = session.envelope;
          mails.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            source,
            encrypted: session.secure,
            user: session.user ?? null,
          });
          done();
        },
        (thrown: Error) => done(thrown),
      );
    },
  });
  // A client that refuses our certificate is part of some tests.
  server.on('error', () => undefined);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', () => listening()));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  onTestFinished(() => new Promise((closed) => server.close(() => closed())));
  return { port: address.port, mails };
}

export interface Certificate {
  key: string;
  cert: string;
}

/** For certificates of tests. */
export const opensslIsInstalled = (): boolean => isInstalled('openssl', 'version');

/** A certificate for 127.0.0.1 that nobody signed but its own key. */
export async function selfSignedCertificate(): Promise<Certificate> {
  const folder = await temporaryFolder('certificate');
  const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const made = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  await folder.remove();
  return made;
}
