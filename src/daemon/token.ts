import { readFileSync } from 'node:fs';
import type { TokenRole } from '../api/access.ts';
import { EXIT, SoakdError } from '../base/errors.ts';

/** Shorter ones can be guessed. */
const MIN_LENGTH = 16;
const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/;

type Environment = Readonly<Record<string, string | undefined>>;

export interface GivenToken {
  /** Whom it was given to; null: a line without a name. */
  name: string | null;
  role: TokenRole;
  secret: string;
}

/** Where the tokens of a role are looked for; the environment beats the configuration. */
const SOURCES: Record<TokenRole, { value: string; file: string }> = {
  operate: { value: 'SOAKD_TOKEN', file: 'SOAKD_TOKEN_FILE' },
  read: { value: 'SOAKD_READ_TOKEN', file: 'SOAKD_READ_TOKEN_FILE' },
};

/**
 * The tokens that requests may carry. Of each role: the variable, else the file that another variable names, else the file
 * of the configuration. Throws a SoakdError for what cannot be read, a short one, and one that stands for both roles.
 */
export function findTokens(env: Environment, configuredFiles: Record<TokenRole, string | null>): GivenToken[] {
  const operate = tokensOf('operate', env, configuredFiles.operate);
  const read = tokensOf('read', env, configuredFiles.read);
  if (read.some(({ secret }) => operate.some((other) => other.secret === secret)))
    throw invalid('one token has both roles, read and operate', 'give each role tokens of its own');
  return [...operate, ...read];
}

/** The token that a client sends: SOAKD_TOKEN, else the first one of the file of SOAKD_TOKEN_FILE; null without either. */
export const findToken = (env: Environment): string | null => tokensOf('operate', env, null)[0]?.secret ?? null;

/** The environment as load processes and samplers may see it. */
export function withoutTokens(env: Environment): Environment {
  const ours = Object.values(SOURCES).flatMap(({ value, file }) => [value, file]);
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ours.includes(name)));
}

function tokensOf(role: TokenRole, env: Environment, configuredFile: string | null): GivenToken[] {
  const { value, file: fileVariable } = SOURCES[role];
  const given = env[value];
  if (given !== undefined && given !== '') return [{ name: null, role, secret: checked(given, value) }];
  const file = env[fileVariable] || configuredFile;
  if (file === null || file === undefined) return [];
  return readTokens(file).map((token) => ({ ...token, role }));
}

/** A token a line, `NAME TOKEN` or the token alone; blank lines and those that begin with `#` are for people. */
function readTokens(file: string): { name: string | null; secret: string }[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw invalid(`the token file ${file} cannot be read`, 'check its path and who may read it', cause);
  }
  const lines = text.split('\n').flatMap((line, index) => {
    const words = line.trim().split(/\s+/);
    return words[0] === '' || /^\s*#(\s|$)/.test(line) ? [] : [{ words, from: `line ${index + 1} of ${file}` }];
  });
  if (lines.length === 0) throw invalid(`the token file ${file} holds no token`, HINT);
  return lines.map(({ words, from }) => {
    const [name = '', secret] = words;
    if (words.length > 2) throw invalid(`${from} is neither a token nor a name and a token`, HINT);
    if (secret === undefined) return { name: null, secret: checked(name, from) };
    // The name may be a token with a space in it: it is not told.
    if (!NAME.test(name))
      throw invalid(`the name in ${from} has characters that no name has`, 'use a-z, 0-9 and . _ - @');
    return { name, secret: checked(secret, from) };
  });
}

function checked(token: string, from: string): string {
  if (!/^[\x21-\x7e]+$/.test(token))
    throw invalid(`the token in ${from} has characters that no header may carry`, HINT);
  if (token.length >= MIN_LENGTH) return token;
  throw invalid(`the token in ${from} has ${token.length} characters, ${MIN_LENGTH} are the least`, HINT);
}

const HINT = 'make one with: openssl rand -hex 32';

const invalid = (message: string, hint: string, cause?: unknown): SoakdError =>
  new SoakdError(message, { code: 'token_invalid', hint, exitCode: EXIT.badInput, httpStatus: 422, cause });
