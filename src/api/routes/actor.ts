import type { FastifyRequest } from 'fastify';

/** Who is named in an audit row: who the client says it is, which nobody checks, else the address that it came from. */
export const actorOf = (who: string | undefined, request: FastifyRequest): string =>
  who === undefined ? `http client ${request.ip}` : who;
