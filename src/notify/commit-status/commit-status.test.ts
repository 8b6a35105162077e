import { afterEach, describe, expect, it } from 'vitest';
import { type HttpTarget, startHttpTarget } from '../../../tests/support/http-target.ts';
import { SimulatedClock } from '../../base/simulated-clock.ts';
import type { NotificationBody, RunResult } from '../../model/notification.ts';
import { DeliveryFailure } from '../channel.ts';
import { channelSettings } from '../registry.ts';
import { commitStatusChannel } from './commit-status.ts';

const SHA = '6dcb09b5b57875f334f61aebed695e2e4193db5e';
const RESULT: RunResult = {
  ...{ profile: 'weekly', outcome: 'failed', rehearsal: false, build: '41', commit: SHA },
  ...{ startedMs: 0, endedMs: 1 },
};
const bodyOf = (
  result: Partial<RunResult> | null,
  title = 'weekly: failed: agent.rss_bytes grows',
): NotificationBody => ({
  ...{ kind: 'summary', severity: 'critical', title, text: 'long', runId: 'run-1', alerts: [] },
  link: 'https://soakd.example/#/runs/run-1',
  ...(result === null ? {} : { result: { ...RESULT, ...result } }),
});

describe('the status of a commit', () => {
  let server: HttpTarget;
  afterEach(() => server.close());

  const send = async (style: 'github' | 'gitlab', body: NotificationBody, status = 201) => {
    server = await startHttpTarget(
      () => 0,
      () => ({ status, body: '{"message":"Bad credentials for token-of-ci"}' }),
    );
    const settings = commitStatusChannel.settings.parse({
      ...{ kind: 'commit_status', style, token: 'env:CI_TOKEN' },
      url: `${server.url}/repos/acme/shop/statuses/{sha}`,
    });
    const context = { clock: new SimulatedClock(0), publicUrl: null, host: 'staging-1' };
    const channel = commitStatusChannel.open(settings, {
      ...context,
      secret: (text) => (text === 'env:CI_TOKEN' ? 'token-of-ci' : text),
    });
    await channel.send({ id: 'msg_1', createdMs: 0, body }, new AbortController().signal);
    return server.seen;
  };

  it('is set on the commit of the run, as GitHub wants it', async () => {
    const [request, ...more] = await send('github', bodyOf({}));
    expect(more).toEqual([]);
    expect(request).toMatchObject({ method: 'POST', path: `/repos/acme/shop/statuses/${SHA}` });
    expect(request?.headers).toMatchObject({ authorization: 'Bearer token-of-ci', 'content-type': 'application/json' });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      state: 'failure',
      context: 'soakd/weekly',
      description: 'weekly: failed: agent.rss_bytes grows',
      target_url: 'https://soakd.example/#/runs/run-1',
    });
  });

  it('is set as GitLab wants it', async () => {
    const [request] = await send('gitlab', bodyOf({ outcome: 'passed' }));
    expect(request?.headers).toMatchObject({ 'private-token': 'token-of-ci' });
    expect(request?.headers.authorization).toBeUndefined();
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ state: 'success', name: 'soakd/weekly' });
  });

  it.each([
    ['passed', 'success', 'success'],
    ['failed', 'failure', 'failed'],
    ['inconclusive', 'error', 'failed'],
    ['aborted', 'error', 'canceled'],
  ] as const)('of a run that %s is %s or %s: only what passed is a success', async (outcome, github, gitlab) => {
    const [first] = await send('github', bodyOf({ outcome }));
    await server.close();
    const [second] = await send('gitlab', bodyOf({ outcome }));
    expect([first, second].map((one) => JSON.parse(one?.body ?? '').state)).toEqual([github, gitlab]);
  });

  it('is not set by a rehearsal, nor where nobody said which commit was soaked', async () => {
    expect(await send('github', bodyOf({ rehearsal: true }))).toEqual([]);
    await server.close();
    expect(await send('github', bodyOf({ commit: null }))).toEqual([]);
  });

  it('says no more than the receiver takes', async () => {
    const [request] = await send('github', bodyOf({}, 'x'.repeat(500)));
    expect(JSON.parse(request?.body ?? '').description).toHaveLength(140);
  });

  it('is given up when the receiver refuses it, and the reason does not tell the token', async () => {
    const refused = await send('github', bodyOf({}), 401).catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(DeliveryFailure);
    expect(refused).toMatchObject({ permanent: true, message: expect.stringMatching(/answers 401/) });
    expect(String(refused)).not.toContain('token-of-ci');
  });

  it('is nothing that a test message could set', async () => {
    await expect(send('github', { ...bodyOf(null), kind: 'test' })).rejects.toThrow('no commit to mark');
  });

  it('needs an address that says where the commit stands, and a token by name only', async () => {
    server = await startHttpTarget(() => 0);
    const problems = (changes: object): string[] => {
      const given = {
        kind: 'commit_status',
        style: 'github',
        url: 'https://git.example/{sha}',
        token: 'file:/run/secrets/ci',
        ...changes,
      };
      return (
        channelSettings.safeParse(given).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? []
      );
    };
    expect(problems({})).toEqual([]);
    expect(problems({ url: 'https://git.example/statuses' })).toEqual(['url does not say where the commit stands']);
    expect(problems({ token: 'ghp_secret' })).toEqual(['token is written openly']);
  });
});
