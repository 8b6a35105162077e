import { isDeepStrictEqual } from 'node:util';
import { type AccessToken, accessToken, isLoopbackHost } from '../api/access.ts';
import { EXIT, SoakdError } from '../base/errors.ts';
import type { DaemonConfig, ListenAddress } from './config.ts';
import type { Redactor } from './log.ts';
import type { Reloadable } from './reload.ts';
import { findTokens, type GivenToken } from './token.ts';

type TokenConfig = Pick<DaemonConfig, 'listen' | 'tokenFile' | 'readTokenFile'>;

/** The tokens that hold now, as environment, configuration and token files say. */
export class TokenBook implements Reloadable {
  readonly name = 'tokens';
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #redactor: Redactor;
  #held: readonly AccessToken[];

  /** Throws a SoakdError for a token that is none, and for an address that others can reach while there is no token. */
  constructor(env: Readonly<Record<string, string | undefined>>, redactor: Redactor, config: TokenConfig) {
    this.#env = env;
    this.#redactor = redactor;
    this.#held = this.#read(config);
  }

  get held(): readonly AccessToken[] {
    return this.#held;
  }

  async prepare(config: TokenConfig): Promise<(() => Promise<void>) | null> {
    const next = this.#read(config);
    if (isDeepStrictEqual(next, this.#held)) return null;
    return async () => {
      this.#held = next;
    };
  }

  #read({ listen, tokenFile, readTokenFile }: TokenConfig): AccessToken[] {
    const given = findTokens(this.#env, { operate: tokenFile, read: readTokenFile });
    for (const { secret } of given) this.#redactor.learn(secret);
    refuseOpenDoor(listen, given);
    return given.map(({ name, role, secret }) => accessToken(name, role, secret));
  }
}

/** Off loopback everybody could start load: a token is the least. */
function refuseOpenDoor({ host, port }: ListenAddress, tokens: readonly GivenToken[]): void {
  if (tokens.length > 0 || isLoopbackHost(host)) return;
  throw new SoakdError(`${host}:${port} can be reached from elsewhere, and no token is set`, {
    code: 'token_missing',
    hint: 'set SOAKD_TOKEN or token_file, or listen on 127.0.0.1',
    exitCode: EXIT.badInput,
  });
}
