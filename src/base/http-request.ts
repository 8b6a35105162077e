import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { SoakdError } from './errors.ts';

/** No page of metrics is larger; what is, is an accident or an attack. */
const LARGEST_BODY_BYTES = 32 * 1024 * 1024;

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpRequest {
  method?: string;
  headers?: Record<string, string>;
  /** Sent with its length. */
  body?: string;
  /** An answer with a larger body is refused; 32 MiB unless told. */
  maxBodyBytes?: number;
  signal: AbortSignal;
}

/**
 * One request with its whole body as text; a redirect is an answer, and no proxy is asked. Rejects with the reason of the
 * signal, the system's error, or a SoakdError `answer_too_large`. Not by `fetch`, which refuses some ports, and with a
 * connection of its own: one that is kept open may be closed by the other side just as it is used again, which would look
 * like an outage.
 */
export async function request(url: string, init: HttpRequest): Promise<HttpAnswer> {
  const { method = 'GET', body, maxBodyBytes = LARGEST_BODY_BYTES, signal } = init;
  signal.throwIfAborted();
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers = { ...init.headers, ...length };
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const answered = Promise.withResolvers<HttpAnswer>();
  const outgoing = send(url, { method, headers, agent: false }, (response) => {
    const { statusCode = 0, headers: answerHeaders } = response;
    bodyOf(response, maxBodyBytes).then(
      (text) => answered.resolve({ status: statusCode, headers: answerHeaders, body: text }),
      answered.reject,
    );
  });
  outgoing.on('error', answered.reject);
  const give = (): void => {
    outgoing.destroy();
    answered.reject(signal.reason);
  };
  signal.addEventListener('abort', give, { once: true });
  outgoing.end(body);
  try {
    return await answered.promise;
  } finally {
    signal.removeEventListener('abort', give);
    outgoing.destroy();
  }
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new SoakdError(`the answer is larger than ${maxBytes} bytes`, {
        code: 'answer_too_large',
        hint: 'is this the right address?',
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
