import { readFileSync } from 'node:fs';
import { EXIT, SoakdError } from '../base/errors.ts';
import { whyUnreadable } from '../base/file-errors.ts';

/**
 * Reads what the daemon's own configuration names as `env:NAME` or `file:/path`; other text is given back. Not for profiles:
 * whoever sends one could have any file read. `learn` is told each secret, so that no log shows it. Throws a SoakdError
 * `secret_missing`.
 */
export function configSecrets(
  env: Readonly<Record<string, string | undefined>>,
  learn: (secret: string) => void,
): (value: string) => string {
  const known = (secret: string): string => {
    learn(secret);
    return secret;
  };
  return (value) => {
    const name = /^env:(\w+)$/.exec(value)?.[1];
    if (name !== undefined) {
      const found = env[name];
      if (found === undefined || found === '') throw missing(`the environment has no ${name}`, `set ${name} for soakd`);
      return known(found);
    }
    const path = /^file:(\/.+)$/.exec(value)?.[1];
    return path === undefined ? value : known(contentOf(path));
  };
}

function contentOf(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const { problem, hint } = whyUnreadable(cause);
    throw missing(`the secret in ${path} cannot be read: ${problem}`, hint);
  }
  if (text === '') throw missing(`the secret in ${path} is empty`, 'write it there, alone');
  return text;
}

const missing = (message: string, hint: string): SoakdError =>
  new SoakdError(message, {
    code: 'secret_missing',
    hint: `${hint}; the configuration names it`,
    exitCode: EXIT.badInput,
    httpStatus: 422,
  });

/** Names of the environment's variables that hold secrets of the configuration: nobody else has a use for them. */
export function namedVariables(part: unknown): string[] {
  const text = JSON.stringify(part) ?? '';
  return [...text.matchAll(/"env:(\w+)"/g)].map(([, name = '']) => name);
}
