/** Health by HTTP, from the side: does the target answer, with what status, how fast. */
import { z } from 'zod';
import { deadline } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import { request } from '../../base/http-request.ts';
import { duration } from '../../config/value.ts';
import { httpAddress } from '../address.ts';
import { addressOf, hostOf, resolveHeaders } from '../http-address.ts';
import { FailedReading, type Sampler, type SamplerPlugin } from '../sampler.ts';

const status = z.int().min(100, 'is below 100').max(599, 'is above 599');

const settings = z.strictObject({
  url: httpAddress('address to ask; without it `path` at the target').optional(),
  path: z.string().startsWith('/', 'begins with /').describe('path at the target').default('/health'),
  method: z.enum(['GET', 'HEAD']).describe('method of the request').default('GET'),
  headers: z
    .record(z.string(), z.string())
    .describe('headers of the request; a value env:NAME comes from the environment')
    .default({}),
  expected_status: z
    .union([status, z.array(status).min(1, 'is empty')])
    .describe('status, or list of them, that means up; 200 to 299 without it')
    .optional(),
  expected_body: z.string().describe('text that must occur in the body').optional(),
  timeout: duration('an answer that takes longer means down', { minMs: 10, maxMs: 4500, example: '4s' }).default(4000),
});

const gauge = { leakCandidate: false, memory: false } as const;

export const httpSource: SamplerPlugin<typeof settings> = {
  kind: 'http',
  settings,

  hosts: (given, { targetUrl }) => [hostOf(addressOf(given, targetUrl))],

  start(given, { clock, targetUrl, secret }): Sampler {
    const url = addressOf(given, targetUrl);
    const headers = resolveHeaders(given.headers, secret);
    return {
      series: [
        { name: 'up', unit: 'ratio', ...gauge },
        { name: 'status', unit: 'count', ...gauge },
        { name: 'response_time_ms', unit: 'milliseconds', ...gauge },
      ],
      cheap: true,

      async read(signal) {
        const limit = deadline(clock, given.timeout, signal);
        const startedMs = clock.monotonicMs();
        try {
          const answer = await request(url, { method: given.method, headers, signal: limit.signal });
          const tookMs = clock.monotonicMs() - startedMs;
          const problem = problemOf(answer, given);
          if (problem === null) return [1, answer.status, tookMs];
          throw new FailedReading(problem, [0, answer.status, tookMs]);
        } catch (thrown) {
          // That nobody answers is known, so `up` is 0; status and time are not, so they are null.
          if (thrown instanceof FailedReading) throw thrown;
          throw new FailedReading(describeError(thrown), [0, null, null]);
        } finally {
          limit.clear();
        }
      },
    };
  },
};

/** Why an answer does not mean up; null when it does. */
export function problemOf(
  answer: { status: number; body: string },
  expected: { expected_status?: number | number[] | undefined; expected_body?: string | undefined },
): string | null {
  const { expected_status: wanted, expected_body: text } = expected;
  const fits =
    wanted === undefined ? answer.status >= 200 && answer.status < 300 : [wanted].flat().includes(answer.status);
  if (!fits) return `answered with status ${answer.status}`;
  return text !== undefined && !answer.body.includes(text) ? `the body does not hold ${JSON.stringify(text)}` : null;
}
