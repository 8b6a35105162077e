/** Who may not ask is told so before the body is read: it costs nothing. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SoakdError } from '../base/errors.ts';
import { type AccessToken, admission, type RouteAccess } from './access.ts';
import { FailedTokens, TooManyFailedTokens } from './failed-tokens.ts';
import { malformed } from './limits.ts';
import type { ApiPorts } from './ports.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The one that was sent and is ours; null without one. */
    token: AccessToken | null;
  }
}

/** Keeps the door of a server: its headers, its limits, and for each route who may pass. */
export class Doorkeeper {
  readonly #ports: Pick<ApiPorts, 'access' | 'log'>;
  readonly #failed: FailedTokens;
  readonly #onWrongToken: () => void;

  constructor(app: FastifyInstance, ports: Pick<ApiPorts, 'access' | 'log' | 'clock'>, onWrongToken: () => void) {
    this.#ports = ports;
    this.#failed = new FailedTokens(ports.clock);
    this.#onWrongToken = onWrongToken;
    app.decorateRequest('token', null);
    // Also of what is not found and of what fails.
    app.addHook('onRequest', async ({ raw }, reply) => {
      reply.headers(SECURITY_HEADERS);
      const refused = malformed(raw);
      if (refused === null) return;
      // What follows on that connection is not to be trusted either.
      reply.header('connection', 'close');
      throw refused;
    });
  }

  /** Resolves for who may pass, and remembers by which token. Rejects with the SoakdError to answer. */
  async admit(access: RouteAccess, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const asked = admission(this.#ports.access(), access, request.method, request.headers);
    if (asked.admitted) request.token = asked.token;
    else throw asked.wrongToken ? this.#wrongToken(asked.refusal, request, reply) : asked.refusal;
  }

  #wrongToken(refusal: SoakdError, { ip, url, method }: FastifyRequest, reply: FastifyReply): SoakdError {
    this.#onWrongToken();
    const waitMs = this.#failed.add(ip);
    // Beyond the limit nothing is written: the log would fill.
    if (waitMs === 0) this.#ports.log.warn({ ip, method, url }, 'a wrong token was sent');
    if (waitMs === 0) return refusal;
    // Each further guess costs a connection.
    reply.header('connection', 'close');
    return new TooManyFailedTokens(waitMs);
  }
}
