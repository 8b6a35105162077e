import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { SoakdError } from '../base/errors.ts';

/** No page of metrics is larger; what is, is an accident or an attack. */
const LARGEST_BODY_BYTES = 32 * 1024 * 1024;

export interface HttpAnswer {
  status: number;
  body: string;
}

/**
 * One request with its whole body as text; a redirect is an answer. Rejects with the reason of the signal, the system's
 * error, or a SoakdError `answer_too_large`. Not by `fetch`, which refuses some ports, and with a connection of its own:
 * one that is kept open may be closed by the other side just as it is used again, which would look like an outage.
 */
export async function request(
  url: string,
  init: { method?: string; headers?: Record<string, string>; signal: AbortSignal },
): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, signal } = init;
  signal.throwIfAborted();
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const answered = Promise.withResolvers<HttpAnswer>();
  const outgoing = send(url, { method, headers, agent: false }, (response) => {
    bodyOf(response).then((body) => answered.resolve({ status: response.statusCode ?? 0, body }), answered.reject);
  });
  outgoing.on('error', answered.reject);
  const give = (): void => {
    outgoing.destroy();
    answered.reject(signal.reason);
  };
  signal.addEventListener('abort', give, { once: true });
  outgoing.end();
  try {
    return await answered.promise;
  } finally {
    signal.removeEventListener('abort', give);
    outgoing.destroy();
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.byteLength;
    if (bytes > LARGEST_BODY_BYTES) {
      throw new SoakdError(`the answer is larger than ${LARGEST_BODY_BYTES} bytes`, {
        code: 'answer_too_large',
        hint: 'is this the right address?',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Resolves `env:NAME` in the values of headers. */
export const resolveHeaders = (
  headers: Readonly<Record<string, string>>,
  secret: (value: string) => string,
): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secret(value)]));

/** An absolute address, or a path below the target's own, as the load takes it: a base address may have a path. */
export function addressOf(given: { url?: string | undefined; path?: string | undefined }, targetUrl: string): string {
  return given.url ?? `${targetUrl.replace(/\/+$/, '')}${given.path ?? '/'}`;
}

/** The machine behind an http address, as `SamplerPlugin.hosts` tells it. */
export const hostOf = (url: string): string => new URL(url).hostname;
