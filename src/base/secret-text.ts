/** Secrets in names and texts: which header carries one, what of a value is one, and texts without those that can be told. */
import { REDACTED, withoutPasswords } from './redact.ts';

const SECRET_HEADER =
  /^(?:proxy-)?authorization$|^(?:set-)?cookie$|api[-_]?key|(?:access|private|secret|auth)[-_]key|(?:^|[-_])(?:token|secret|password|passwd|credentials?)$/i;
const SECRET_SETTING =
  /^(?:password|passwd|passphrase|secret|token|api[-_]?key|(?:access|auth)[-_]?token|client[-_]?secret)$/i;

/** A header whose value lets somebody in: `Authorization`, `Cookie`, `X-Api-Key`, `X-Auth-Token`. */
export const isSecretHeader = (name: string): boolean => SECRET_HEADER.test(name);

/** A setting whose value is a secret by its name. */
export const isSecretSetting = (name: string): boolean => SECRET_SETTING.test(name);

const SCHEME = /^(?:Bearer|Basic|Token|ApiKey)(?:\s+|$)/i;

/** What of a header's value is the secret: all but the name of a scheme. */
export const credentialOf = (value: string): string => value.trim().replace(SCHEME, '');

/** Is there anything in the value beside references, `env:NAME` and `${env:NAME}`, and the name of a scheme? */
export const isWrittenOut = (value: string): boolean =>
  credentialOf(
    value
      .trim()
      .replace(/^env:[A-Za-z_]\w*$/, '')
      .replaceAll(/\$\{env:[A-Za-z_]\w*\}/g, ''),
  ) !== '';

const SECRET_NAME = '(?:access_?token|auth_?token|api[-_]?key|client_?secret|password|passwd|secret|token)';

/** A text without the passwords of addresses, without secret parameters of addresses, without secret fields of JSON. */
export const withoutSecretText = (text: string): string =>
  withoutPasswords(text)
    .replaceAll(new RegExp(`([?&]${SECRET_NAME}=)(?!\\$\\{env:)[^&\\s"'#]+`, 'gi'), `$1${REDACTED}`)
    .replaceAll(
      new RegExp(`(\\\\?"${SECRET_NAME}\\\\?"\\s*:\\s*\\\\?")(?!\\$\\{env:)(?:[^"\\\\]|\\\\[^"])+`, 'gi'),
      `$1${REDACTED}`,
    );
