import { z } from 'zod';

const ENVIRONMENT = /^env:[A-Za-z_][A-Za-z0-9_]*$/;

/** Clients take it from there as well: `redis://cache?password=…`. */
const PASSWORD_IN_QUERY = /[?&][a-z]*password=/i;

/**
 * The address of a server, or `env:NAME` for one that comes from the environment. A password in it is refused: the
 * profile is stored with the run and shown to whoever may see it.
 */
export const serverAddress = (protocols: readonly string[], description: string) =>
  z
    .string()
    .describe(description)
    .superRefine((text, context) => {
      if (ENVIRONMENT.test(text)) return;
      const problem = (message: string, hint: string): void =>
        context.addIssue({ code: 'custom', message, params: { hint } });
      const scheme = protocols.find((one) => text.startsWith(`${one}://`));
      const rest = scheme === undefined ? '' : text.slice(scheme.length + 3);
      if (rest === '') problem(`is not an address`, `write ${protocols.map((one) => `${one}://…`).join(' or ')}`);
      else if (/^[^/@]*:[^/@]+@/.test(rest) || PASSWORD_IN_QUERY.test(rest))
        problem('holds a password', 'take the whole address from env:NAME, or use `password`');
    });

/** An http:// or https:// address. Credentials in it are refused as above. */
export const httpAddress = (description: string) =>
  z
    .string()
    .meta({ description, format: 'uri' })
    .superRefine((text, context) => {
      const problem = (message: string, hint: string): void =>
        context.addIssue({ code: 'custom', message, params: { hint } });
      const url = URL.canParse(text) ? new URL(text) : null;
      if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') {
        problem(`"${text}" is not an http address`, 'write for example http://127.0.0.1:9090/metrics');
      } else if (url.username !== '' || url.password !== '') {
        problem('holds a user or a password', 'give a header authorization with env:NAME');
      }
    });

/** A setting that holds a secret: only by name, so that it is never stored. */
export const secretName = (description: string) =>
  z
    .string()
    .meta({ description: `${description}, as env:NAME`, pattern: ENVIRONMENT.source })
    .superRefine((text, context) => {
      if (ENVIRONMENT.test(text)) return;
      context.addIssue({
        code: 'custom',
        message: 'is written openly',
        params: { hint: 'write env:NAME, and set NAME in the environment of soakd' },
      });
    });
