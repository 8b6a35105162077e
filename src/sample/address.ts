import { z } from 'zod';

/**
 * The address of a server, or `env:NAME` for one that comes from the environment. A password in it is refused: the
 * profile is stored with the run and shown to whoever may see it.
 */
export const serverAddress = (protocols: readonly string[], description: string) =>
  z
    .string()
    .describe(description)
    .superRefine((text, context) => {
      if (/^env:[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return;
      const problem = (message: string, hint: string): void =>
        context.addIssue({ code: 'custom', message, params: { hint } });
      const scheme = protocols.find((one) => text.startsWith(`${one}://`));
      const rest = scheme === undefined ? '' : text.slice(scheme.length + 3);
      if (rest === '') problem(`is not an address`, `write ${protocols.map((one) => `${one}://…`).join(' or ')}`);
      else if (/^[^/@]*:[^/@]+@/.test(rest))
        problem('holds a password', 'take the whole address from env:NAME, or use `password`');
    });

/** A setting that holds a secret: only by name, so that it is never stored. */
export const secretName = (description: string) =>
  z
    .string()
    .regex(/^env:[A-Za-z_][A-Za-z0-9_]*$/, 'is written openly')
    .describe(`${description}, as env:NAME`);
