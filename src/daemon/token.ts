import { readFileSync } from 'node:fs';
import { EXIT, SoakdError } from '../base/errors.ts';

/** Shorter ones can be guessed. */
const MIN_LENGTH = 16;

/**
 * The token that requests must carry: SOAKD_TOKEN, else the file of SOAKD_TOKEN_FILE, else the file of the
 * configuration; null when none is set. Throws a SoakdError for one that cannot be read or is short.
 */
export function findToken(
  env: Readonly<Record<string, string | undefined>>,
  configuredFile: string | null,
): string | null {
  const given = env.SOAKD_TOKEN;
  if (given !== undefined && given !== '') return checked(given, 'SOAKD_TOKEN');
  const file = env.SOAKD_TOKEN_FILE || configuredFile;
  if (file === null || file === undefined) return null;
  try {
    return checked(readFileSync(file, 'utf8').trim(), file);
  } catch (cause) {
    if (cause instanceof SoakdError) throw cause;
    throw invalid(`the token file ${file} cannot be read`, 'check its path and who may read it', cause);
  }
}

/** The environment as load processes and samplers may see it. */
export function withoutToken(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const { SOAKD_TOKEN: _token, SOAKD_TOKEN_FILE: _file, ...rest } = env;
  return rest;
}

function checked(token: string, from: string): string {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw invalid(`the token in ${from} has characters that no header may carry`, HINT);
  if (token.length >= MIN_LENGTH) return token;
  throw invalid(`the token in ${from} has ${token.length} characters, ${MIN_LENGTH} are the least`, HINT);
}

const HINT = 'make one with: openssl rand -hex 32';

const invalid = (message: string, hint: string, cause?: unknown): SoakdError =>
  new SoakdError(message, { code: 'token_invalid', hint, exitCode: EXIT.badInput, cause });
