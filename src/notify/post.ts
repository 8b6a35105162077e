/** One POST of a channel, and what its answer means for the message. */
import { type Clock, deadline } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { type HttpAnswer, request } from '../base/http-request.ts';
import { REDACTED } from '../base/redact.ts';
import { retryAfterMs } from '../base/retry-after.ts';
import { visible } from '../base/visible.ts';
import { DeliveryFailure } from './channel.ts';

export interface Post {
  url: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** Values that no error may tell. The address and the values of headers are among them unasked. */
  secrets?: readonly string[];
  clock: Clock;
  signal: AbortSignal;
}

const LIMIT_MS = 10_000;
const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_QUOTE = 200;

/**
 * Posts JSON. A redirect is not followed: the message would go where nobody configured it to go. Rejects with a
 * `DeliveryFailure`: permanent for 4xx except 408 and 429 (RFC 9110, §15.5.9; RFC 6585, §4), to be tried again otherwise.
 */
export async function post({ url, body, headers = {}, secrets = [], clock, signal }: Post): Promise<HttpAnswer> {
  const { host } = new URL(url);
  const hidden = [url, new URL(url).pathname, ...secrets, ...Object.values(headers)].filter((one) => one.length >= 6);
  const say = (text: string): string => hidden.reduce((said, one) => said.replaceAll(one, REDACTED), text);
  const limit = deadline(clock, LIMIT_MS, signal);
  let answer: HttpAnswer;
  try {
    answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'soakd', ...headers },
      body,
      maxBodyBytes: MAX_ANSWER_BYTES,
      signal: limit.signal,
    });
  } catch (thrown) {
    throw new DeliveryFailure(say(`${host} cannot be reached: ${describeError(thrown)}`));
  } finally {
    limit.clear();
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  throw new DeliveryFailure(say(`${host} answers ${status}${why(answer)}`), {
    permanent: status >= 400 && status < 500 && status !== 408 && status !== 429,
    retryAfterMs: retryAfterMs(answer.headers['retry-after'], clock.now()),
  });
}

function why({ status, body }: HttpAnswer): string {
  if (status >= 300 && status < 400) return ': it sends elsewhere, and redirects are not followed';
  const text = visible(body.replaceAll(/\s+/g, ' ').trim());
  if (text === '') return '';
  return `: ${text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text}`;
}
