/**
 * How much one caller may send, and for how long. soakd has a handful of callers (a terminal, a dashboard, Prometheus, a
 * pipeline): each limit is far above what these need and far below what hurts.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { SoakdError } from '../base/errors.ts';
import { PROBLEM_TYPE, titleOf } from './problem.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export const LIMITS = {
  /** A profile has some kilobytes. */
  bodyBytes: 1_048_576,
  /** All headers of a request and its first line. */
  headerBytes: 16_384,
  headers: 100,
  urlCharacters: 4_096,
  connections: 512,
  /** The headers must have arrived by then, */
  headersMs: 10_000,
  /** and the whole request. Answers may take longer, streams have no end. */
  requestMs: 30_000,
  /** How often Node looks whether one of the two is over. */
  checkMs: 2_000,
  /** Nothing sent and nothing taken for so long: the slowest answer takes a minute, a stream has a heartbeat of 15 s. */
  idleMs: 120_000,
  keptMs: 72_000,
} as const;

/** Settings of Node's server; the rest of the limits is set on the server itself, by `limitConnections`. */
export const serverOptions = {
  maxHeaderSize: LIMITS.headerBytes,
  headersTimeout: LIMITS.headersMs,
  connectionsCheckingInterval: LIMITS.checkMs,
  // As is Node's default: said here because requests that two servers read differently are smuggled (RFC 9112, §11.2).
  insecureHTTPParser: false,
  requireHostHeader: true,
} as const;

/** Bounds what a server holds at once. Beyond it Node closes new connections unanswered. */
export function limitConnections(server: Server): void {
  server.maxConnections = LIMITS.connections;
  // Node leaves those beyond away without a word, `Host` and `Origin` among them: it must see more than we allow.
  server.maxHeadersCount = 2 * LIMITS.headers;
}

/** Why a request is refused by its form and size alone, or null. */
export function malformed({ url = '', rawHeaders }: Pick<IncomingMessage, 'url' | 'rawHeaders'>): SoakdError | null {
  // `http://host/path` names a host beside that of the header, and `*` no resource (RFC 9112, §3.2): only proxies need them.
  if (!url.startsWith('/')) return refused('target_invalid', 400, 'the address must begin with a slash');
  // Of two hosts one would be checked and the other believed (RFC 9112, §3.2).
  if (rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === 'host').length > 1)
    return refused('host_twice', 400, 'the request names its host twice');
  if (url.length > LIMITS.urlCharacters)
    return refused('url_too_long', 414, `the address has more than ${LIMITS.urlCharacters} characters`);
  // Name and value are entries of their own.
  if (rawHeaders.length / 2 > LIMITS.headers)
    return refused('headers_too_many', 431, `the request has more than ${LIMITS.headers} headers`);
  return null;
}

const refused = (code: string, httpStatus: number, message: string): SoakdError =>
  new SoakdError(message, { code, httpStatus, hint: 'docs/security.md lists the limits' });

/** What Node tells of a request that it could not read, as a status and words. */
const UNREADABLE: Record<string, [status: number, code: string, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_too_slow', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', `the headers have more than ${LIMITS.headerBytes} bytes`],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'body_too_large', 'the extensions of a chunk are too large'],
};

/** Answers what is no HTTP, in HTTP, and hangs up: what follows on that connection cannot be told apart from it. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, detail] = UNREADABLE[error.code ?? ''] ?? [400, 'http_invalid', 'this is no HTTP request'];
  const problem = {
    type: `urn:soakd:problem:${code}`,
    title: titleOf(status),
    status,
    detail,
    code,
    hint: 'docs/security.md lists the limits',
    instance: 'urn:soakd:request:none',
  };
  const body = JSON.stringify(problem);
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${problem.title}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
}
