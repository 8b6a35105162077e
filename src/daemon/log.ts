/** The daemon's log: one JSON object a line, without secrets. */
import { type Logger, pino } from 'pino';
import { REDACTED } from '../base/redact.ts';
import { credentialOf, withoutSecretText } from '../base/secret-text.ts';
import { writtenSecrets } from '../config/profile-secrets.ts';
import type { DaemonConfig } from './config.ts';

/** Hiding shorter ones would make the log unreadable and betray them by where the holes are. */
const MIN_SECRET = 6;

/**
 * Takes secrets out of whole lines, so that none slips through an error's text: the password of an address, whatever a
 * header of authorisation carries, fields with telling names, and every value that was learnt.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Hides this value from now on. */
  learn(secret: string | null | undefined): void {
    if (secret === null || secret === undefined || secret.length < MIN_SECRET) return;
    // As it stands inside a line of JSON.
    this.#secrets.add(JSON.stringify(secret).slice(1, -1));
  }

  /** Hides the values of the variables that a profile names as `env:NAME`, and secrets that are written in it. */
  learnFrom(profileSource: string, env: Readonly<Record<string, string | undefined>>): void {
    for (const { value } of writtenSecrets(profileSource)) this.learn(credentialOf(value));
    for (const [, name = ''] of profileSource.matchAll(/\benv:([A-Za-z_]\w*)/g)) this.learn(env[name]);
  }

  redact(line: string): string {
    let text = withoutSecretText(line)
      .replaceAll(/\b(Bearer|Basic) +[^\s"\\,]+/gi, `$1 ${REDACTED}`)
      .replaceAll(
        /("(?:authorization|cookie|set-cookie|token|password|secret|api[_-]?key)":)"(?:[^"\\]|\\.)*"/gi,
        `$1"${REDACTED}"`,
      );
    for (const secret of this.#secrets) text = text.replaceAll(secret, REDACTED);
    return text;
  }
}

/** A logger that writes whole lines through the redactor. */
export const createLog = (level: DaemonConfig['logLevel'], redactor: Redactor, write: (line: string) => void): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(redactor.redact(line)) },
  );
