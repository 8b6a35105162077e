import { describeError, SoakdError } from '../base/errors.ts';

/** No page of metrics is larger; what is, is an accident or an attack. */
const LARGEST_BODY_BYTES = 32 * 1024 * 1024;

export interface HttpAnswer {
  status: number;
  body: string;
}

/** One request with its whole body as text; redirects are answers. Rejects with one line that says what went wrong. */
export async function request(
  url: string,
  init: { method?: string; headers?: Record<string, string>; signal: AbortSignal },
): Promise<HttpAnswer> {
  const response = await fetch(url, { redirect: 'manual', ...init }).catch((thrown: unknown) => {
    throw plain(thrown);
  });
  const decoder = new TextDecoder();
  let body = '';
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > LARGEST_BODY_BYTES) {
        throw new SoakdError(`the answer is larger than ${LARGEST_BODY_BYTES} bytes`, {
          code: 'answer_too_large',
          hint: 'is this the right address?',
        });
      }
      body += decoder.decode(chunk, { stream: true });
    }
  } catch (thrown) {
    throw plain(thrown);
  }
  return { status: response.status, body: body + decoder.decode() };
}

/** fetch hides the reason behind `fetch failed`. */
const plain = (thrown: unknown): Error => {
  const text = describeError(thrown).replace(/^(fetch failed|terminated): /, '');
  return thrown instanceof SoakdError ? thrown : new Error(text);
};

/** Resolves `env:NAME` in the values of headers. */
export const resolveHeaders = (
  headers: Readonly<Record<string, string>>,
  secret: (value: string) => string,
): Record<string, string> => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, secret(value)]));

/** An absolute address, or a path at the target. */
export function addressOf(given: { url?: string | undefined; path?: string | undefined }, targetUrl: string): string {
  return given.url ?? new URL(given.path ?? '/', targetUrl).href;
}
