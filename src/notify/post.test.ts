import { describe, expect, it } from 'vitest';
import { targetForTest } from '../../tests/support/target-for-test.ts';
import { systemClock } from '../base/clock.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { DeliveryFailure } from './channel.ts';
import { post } from './post.ts';

const clock = systemClock;
const { signal } = new AbortController();

const failureOf = async (sending: Promise<unknown>): Promise<DeliveryFailure> => {
  const thrown: unknown = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (thrown instanceof DeliveryFailure) return thrown;
  throw new Error(`no DeliveryFailure: ${String(thrown)}`);
};

describe('a post', () => {
  it('sends JSON, and is done with any status of success', async () => {
    const target = await targetForTest(() => ({ status: 202 }));
    await post({ url: `${target.url}/hook`, body: '{"ä":1}', headers: { 'x-team': 'shop' }, clock, signal });
    expect(target.seen).toMatchObject([
      {
        method: 'POST',
        path: '/hook',
        body: '{"ä":1}',
        headers: { 'content-type': 'application/json', 'content-length': '8', 'x-team': 'shop', 'user-agent': 'soakd' },
      },
    ]);
  });

  it('is refused for good by 4xx, but for 408 and 429', async () => {
    let status = 0;
    const target = await targetForTest(() => ({ status, body: 'no_service' }));
    const permanent: number[] = [];
    for (status of [400, 401, 403, 404, 408, 410, 413, 429, 500, 502, 503, 504]) {
      const failure = await failureOf(post({ url: target.url, body: '{}', clock, signal }));
      expect(failure.message).toBe(`${new URL(target.url).host} answers ${status}: no_service`);
      if (failure.permanent) permanent.push(status);
    }
    expect(permanent).toEqual([400, 401, 403, 404, 410, 413]);
  });

  it('hears how long it should wait, in seconds or as a date', async () => {
    let header = '120';
    const target = await targetForTest(() => ({ status: 429, headers: { 'retry-after': header } }));
    expect((await failureOf(post({ url: target.url, body: '{}', clock, signal }))).retryAfterMs).toBe(120_000);
    header = 'Sat, 21 Nov 2026 12:05:00 GMT';
    const noon = new SimulatedClock(Date.parse('2026-11-21T12:00:00Z'));
    expect((await failureOf(post({ url: target.url, body: '{}', clock: noon, signal }))).retryAfterMs).toBe(300_000);
  });

  it('follows no redirect: not even the address of it is asked', async () => {
    const elsewhere = await targetForTest();
    for (const status of [301, 302, 307, 308]) {
      const target = await targetForTest(() => ({ status, headers: { location: `${elsewhere.url}/stolen` } }));
      const failure = await failureOf(post({ url: target.url, body: '{}', clock, signal }));
      expect(failure).toMatchObject({ permanent: false });
      expect(failure.message).toContain('redirects are not followed');
    }
    expect(elsewhere.seen).toEqual([]);
  });

  it('does not wait for ever', async () => {
    const target = await targetForTest();
    target.hang();
    const simulated = new SimulatedClock(0);
    const sending = failureOf(post({ url: target.url, body: '{}', clock: simulated, signal }));
    await target.came(1);
    await simulated.advance(10_000);
    expect(await sending).toMatchObject({ permanent: false });
    expect((await sending).message).toContain('no answer within 10000 ms');
  });

  it('says that nobody listens, and tries that again', async () => {
    const target = await targetForTest();
    await target.close();
    const failure = await failureOf(post({ url: `${target.url}/services/T0/B0/secret`, body: '{}', clock, signal }));
    expect(failure.permanent).toBe(false);
    expect(failure.message).toContain('ECONNREFUSED');
  });

  it('tells no secret, whatever the other side answers', async () => {
    const url = (
      await targetForTest(({ path, headers, body }) => ({
        status: 400,
        body: `bad ${path} ${headers['x-token']} ${body}`,
      }))
    ).url;
    const failure = await failureOf(
      post({
        ...{ url: `${url}/services/T0/B0/topsecret`, body: 'my-routing-key', clock, signal },
        headers: { 'x-token': 'a-long-token' },
        secrets: ['my-routing-key'],
      }),
    );
    expect(failure.message).toBe(`${new URL(url).host} answers 400: bad [redacted] [redacted] [redacted]`);
  });

  it('quotes of a long answer only its beginning, and no control characters', async () => {
    const target = await targetForTest(() => ({ status: 500, body: `\u001b[31m${'x'.repeat(10_000)}` }));
    const { message } = await failureOf(post({ url: target.url, body: '{}', clock, signal }));
    expect(message).toMatch(/answers 500: \\x1b\[31mx+…$/);
    expect(message.length).toBeLessThan(300);
  });
});
