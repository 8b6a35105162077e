/**
 * Who may do what. A token, when set, is asked for by everything that changes something, and off loopback by
 * everything but the probes. On loopback a browser is the danger: a foreign page can send requests to 127.0.0.1
 * (CSRF) or read from it under its own name (DNS rebinding), so a request without the token must name a host that
 * is ours, come from no foreign origin, and carry JSON where it changes something, which a form cannot send.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { SoakdError } from '../base/errors.ts';

/** Who may ask: `open` for probes, `read` for what only tells, `change` for what acts on a run. */
export type RouteAccess = 'open' | 'read' | 'change';

export interface AccessRules {
  /** null: none is set, which is allowed on loopback only. */
  token: string | null;
  /** The server listens on loopback addresses only. */
  loopback: boolean;
  /** Names under which requests may come beside loopback ones, lower case. */
  allowedHosts: readonly string[];
}

const loopbackAddresses = new BlockList();
loopbackAddresses.addSubnet('127.0.0.0', 8, 'ipv4');
loopbackAddresses.addAddress('::1', 'ipv6');

/** True for `localhost`, 127.0.0.0/8 and ::1, with or without brackets. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === 'localhost') return true;
  const version = isIP(bare);
  return version !== 0 && loopbackAddresses.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}

/** Why this request may not pass, or null when it may. */
export function refusal(
  { token, loopback, allowedHosts }: AccessRules,
  access: RouteAccess,
  method: string,
  headers: Pick<FastifyRequest['headers'], 'authorization' | 'host' | 'origin' | 'content-type'>,
): SoakdError | null {
  if (access === 'open') return null;
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
  if (token !== null && bearer !== null) return sameSecret(bearer, token) ? null : unauthorized('the token is wrong');
  if (token !== null && (access === 'change' || !loopback)) return unauthorized('this needs the token');
  const ours = (host: string): boolean => isLoopbackHost(host) || allowedHosts.includes(host.toLowerCase());
  const host = hostOf(`http://${headers.host ?? ''}`);
  if (host === null || !ours(host)) {
    return forbidden(
      'host_refused',
      `the host ${JSON.stringify(headers.host ?? '')} is not one of ours`,
      'ask 127.0.0.1, send the token, or add the name to allowed_hosts',
    );
  }
  if (headers.origin !== undefined) {
    const origin = hostOf(headers.origin);
    if (origin === null || !ours(origin)) {
      return forbidden(
        'origin_refused',
        `pages of ${headers.origin} may not ask`,
        'send the token, or use another client',
      );
    }
  }
  if (access === 'change' && method !== 'GET' && !/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return new SoakdError('what changes something must be sent as JSON', {
      code: 'media_type_unsupported',
      hint: 'send Content-Type: application/json',
      httpStatus: 415,
    });
  }
  return null;
}

/** Compares in constant time; digests have one length, so that length does not leak either. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

const unauthorized = (why: string): SoakdError =>
  new SoakdError(why, {
    code: 'token_required',
    hint: 'send Authorization: Bearer TOKEN; commands read SOAKD_TOKEN or SOAKD_TOKEN_FILE',
    httpStatus: 401,
  });

const forbidden = (code: string, message: string, hint: string): SoakdError =>
  new SoakdError(message, { code, hint, httpStatus: 403 });
