/** Parts that the settings of several channels share. */
import { z } from 'zod';
import { EXIT, SoakdError } from '../base/errors.ts';

const SECRET = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/;

/** Is it the name of a secret rather than the thing itself? */
export const namesSecret = (text: string): boolean => SECRET.test(text);

const HINT = 'write env:NAME, or file:/path of a file that holds nothing else';

/** A setting that holds a secret: only by name, so that neither the file nor an answer of the API shows it. */
export const secretName = (description: string) =>
  z
    .string()
    .meta({ description: `${description}, as env:NAME or file:/path`, pattern: SECRET.source })
    .superRefine((text, context) => {
      if (!namesSecret(text))
        context.addIssue({ code: 'custom', message: 'is written openly', params: { hint: HINT } });
    });

/** An http(s) address, or the name of a secret that holds one. Credentials in it are refused. */
export const address = (description: string, example: string) =>
  z
    .string()
    .meta({ description: `${description}, or env:NAME or file:/path of a file that holds it`, examples: [example] })
    .superRefine((text, context) => {
      if (namesSecret(text)) return;
      const problem = (message: string, hint: string): void =>
        context.addIssue({ code: 'custom', message, params: { hint } });
      const url = httpUrl(text);
      if (url === null) problem('is not an http address', `write for example ${example}, or ${HINT.slice(6)}`);
      else if (url.username !== '' || url.password !== '' || url.search !== '')
        problem('may hold a secret: it has a user, a password or a query', `keep it elsewhere: ${HINT.slice(6)}`);
    });

/** Headers of a request. What could be a credential must be named, not written. */
export const headers = (description: string) =>
  z
    .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'is not the name of a header'), z.string())
    .describe(`${description}; a value may be env:NAME or file:/path`)
    .superRefine((given, context) => {
      for (const [name, text] of Object.entries(given)) {
        if (/auth|token|key|secret|cookie|password/i.test(name) && !namesSecret(text))
          context.addIssue({ code: 'custom', path: [name], message: 'is written openly', params: { hint: HINT } });
      }
    });

/** The address, or null when it is no absolute http(s) one. */
export function httpUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : null;
}

/** What a setting's secret holds, when that is an address. Throws a SoakdError `secret_invalid`, which does not tell it. */
export function addressFrom(secret: (value: string) => string, setting: string): string {
  const text = secret(setting);
  if (httpUrl(text) !== null) return text;
  throw new SoakdError(`${setting} holds no http address`, {
    code: 'secret_invalid',
    hint: 'write the whole address there: https://…',
    exitCode: EXIT.badInput,
    httpStatus: 422,
  });
}
