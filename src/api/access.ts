/**
 * Who may do what. Tokens, where some are set, have a role: `operate` may change things, `read` may only look. Changing
 * something then needs one, and off loopback so does everything but the probes. On loopback a browser is the danger: a
 * foreign page can send requests to 127.0.0.1 (CSRF) or read from it under its own name (DNS rebinding), so a request
 * without a token must name a host that is ours, come from no foreign origin, and carry JSON where it changes something,
 * which a form cannot send.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { SoakdError } from '../base/errors.ts';

/** Who may ask: `open` for probes, `read` for what only tells, `change` for what acts on a run. */
export type RouteAccess = 'open' | 'read' | 'change';

export type TokenRole = 'read' | 'operate';

/** A token as requests are held against it; the secret itself is not kept. */
export interface AccessToken {
  /** Whom the operator gave it to, for audit rows; null: nobody said. */
  name: string | null;
  role: TokenRole;
  /** SHA-256 of the secret: digests have one length, so that comparing them leaks none. */
  digest: Buffer;
}

export interface AccessRules {
  /** Empty: none is set, which is allowed on loopback only. */
  tokens: readonly AccessToken[];
  /** The server listens on loopback addresses only. */
  loopback: boolean;
  /** Names under which requests may come beside loopback ones, lower case. */
  allowedHosts: readonly string[];
}

/** `token`: the one that was sent, where one was. `wrongToken`: what was sent is none of ours. */
export type Admission =
  | { admitted: true; token: AccessToken | null }
  | { admitted: false; refusal: SoakdError; wrongToken: boolean };

export const accessToken = (name: string | null, role: TokenRole, secret: string): AccessToken => ({
  name,
  role,
  digest: digest(secret),
});

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

/** May this request pass, and by whose token? */
export function admission(
  { tokens, loopback, allowedHosts }: AccessRules,
  access: RouteAccess,
  method: string,
  headers: Pick<FastifyRequest['headers'], 'authorization' | 'host' | 'origin' | 'content-type'>,
): Admission {
  if (access === 'open') return { admitted: true, token: null };
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
  if (tokens.length > 0 && bearer !== null) {
    const token = tokenOf(tokens, bearer);
    if (token === null) return refused(unauthorized('the token is wrong'), true);
    return access === 'change' && token.role !== 'operate' ? refused(onlyReads) : { admitted: true, token };
  }
  if (needsToken(tokens, access, loopback)) return refused(unauthorized('this needs the token'));
  const ours = (host: string): boolean => isLoopbackHost(host) || allowedHosts.includes(host.toLowerCase());
  const host = hostOf(`http://${headers.host ?? ''}`);
  if (host === null || !ours(host)) {
    return refused(
      forbidden(
        'host_refused',
        `the host ${JSON.stringify(headers.host ?? '')} is not one of ours`,
        'ask 127.0.0.1, send the token, or add the name to allowed_hosts',
      ),
    );
  }
  if (headers.origin !== undefined) {
    const origin = hostOf(headers.origin);
    if (origin === null || !ours(origin)) {
      return refused(
        forbidden('origin_refused', `pages of ${headers.origin} may not ask`, 'send the token, or use another client'),
      );
    }
  }
  if (access === 'change' && method !== 'GET' && !/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    return refused(
      new SoakdError('what changes something must be sent as JSON', {
        code: 'media_type_unsupported',
        hint: 'send Content-Type: application/json',
        httpStatus: 415,
      }),
    );
  }
  return { admitted: true, token: null };
}

/** With any token set, changes need one; reading does off loopback, and where a token for reading was given out. */
function needsToken(tokens: readonly AccessToken[], access: RouteAccess, loopback: boolean): boolean {
  if (!loopback) return true;
  return access === 'change' ? tokens.length > 0 : tokens.some(({ role }) => role === 'read');
}

/** Every token is compared, and each in constant time: how long it takes says nothing of which is nearly right. */
function tokenOf(tokens: readonly AccessToken[], bearer: string): AccessToken | null {
  const given = digest(bearer);
  return tokens.reduce<AccessToken | null>(
    (found, token) => (timingSafeEqual(given, token.digest) ? token : found),
    null,
  );
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

const refused = (refusal: SoakdError, wrongToken = false): Admission => ({ admitted: false, refusal, wrongToken });

const unauthorized = (why: string): SoakdError =>
  new SoakdError(why, {
    code: 'token_required',
    hint: 'send Authorization: Bearer TOKEN; commands read SOAKD_TOKEN or SOAKD_TOKEN_FILE',
    httpStatus: 401,
  });

const forbidden = (code: string, message: string, hint: string): SoakdError =>
  new SoakdError(message, { code, hint, httpStatus: 403 });

const onlyReads = forbidden(
  'role_missing',
  'this token may look and change nothing',
  'send a token with the role operate',
);
