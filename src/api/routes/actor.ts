import type { FastifyRequest } from 'fastify';

/**
 * Who is named in an audit row: who the client says it is, which nobody checks, else the address that it came from. The
 * name of the token is soakd's own word: `who` may not hold it (src/api/schemas.ts).
 */
export function actorOf(who: string | undefined, { token, ip }: FastifyRequest): string {
  const name = token?.name ?? null;
  if (name === null) return who ?? `http client ${ip}`;
  return who === undefined ? `${name} (token)` : `${who} (token ${name})`;
}
