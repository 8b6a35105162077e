import { afterEach, describe, expect, it } from 'vitest';
import type { ChatWorkload, Conversation, PatternName, UserKind } from '../src/model/profile.ts';
import type { LoadWindow } from '../src/model/window.ts';
import type { SeenRequest } from './support/http-target.ts';
import { type K6Rig, k6Rig } from './support/k6-rig.ts';
import { seedWith } from './support/profile.ts';
import { iterationsOf, readAllWindows } from './support/window-sums.ts';

let rig: K6Rig | null = null;
afterEach(() => rig?.close());

const HOUR_MS = 3_600_000;
const talk = (...messages: string[]): Conversation => ({
  turns: messages.map((message) => ({ message, expect: ['shirt'] })),
});

const workload: ChatWorkload = {
  kind: 'chat',
  timeoutMs: 2000,
  requestsPerIteration: 0.4 * 1 + 0.35 * 3 + 0.25 * 6,
  longestIterationMs: 20_000,
  path: '/api/chat',
  headers: { 'X-Api-Key': 'env:CHAT_KEY' },
  messageField: 'message',
  sessionField: 'session_id',
  replyField: 'reply',
  conversations: {
    simple_query: [talk('s1')],
    multi_turn: [talk('m1', 'm2', 'm3')],
    complex_workflow: [talk('c1', 'c2', 'c3', 'c4', 'c5', 'c6')],
  },
};

interface Said {
  message: string;
  session_id: string;
}

/** Anything but a message of the expected shape fails the test here. */
function saidIn({ body }: SeenRequest): Said {
  const said: unknown = JSON.parse(body);
  if (typeof said !== 'object' || said === null || !('message' in said) || !('session_id' in said))
    throw new Error(`not a message: ${body}`);
  return { message: String(said.message), session_id: String(said.session_id) };
}

const chatAnswer = (request: SeenRequest) => ({
  headers: { 'Content-Type': 'application/json', 'Set-Cookie': `visit=${request.connection}; Path=/` },
  body: JSON.stringify({ reply: 'We have a blue SHIRT', session_id: saidIn(request).session_id }),
});

/** Talks until `requests` have come; think times are a few milliseconds. */
async function converse(
  requests: number,
  kinds: Record<UserKind, number>,
  answer: Parameters<typeof k6Rig>[0] = chatAnswer,
): Promise<{ rig: K6Rig; windows: LoadWindow[]; said: Said[]; seen: SeenRequest[] }> {
  const opened = await k6Rig(answer);
  rig = opened;
  const pause = { minMs: 1, maxMs: 20 };
  const patterns: Record<PatternName, number> = { simple_query: 0.4, multi_turn: 0.35, complex_workflow: 0.25 };
  const profile = seedWith(
    {},
    {
      workload,
      users: { kinds, patterns, maxUsers: null, thinkTime: { new: pause, returning: pause, power: pause } },
    },
  );
  const plan = opened.plan(HOUR_MS, 3000, { requestsPerIteration: workload.requestsPerIteration });
  const k6 = await opened.start(opened.order(plan, workload, { profile, users: 4 }), { CHAT_KEY: 'k-1' });
  await opened.target.came(requests);
  await k6.stop(2000);
  const { seen } = opened.target;
  return { rig: opened, windows: await readAllWindows(opened.engine(), k6.row), said: seen.map(saidIn), seen };
}

describe('conversations by the real k6', () => {
  it('offer as many requests as their iterations mean, and check what is said', async () => {
    const { windows, seen } = await converse(250, { new: 0.3, returning: 0.5, power: 0.2 });
    const { started } = iterationsOf(windows);
    // The deck steers the turns, not only the shares: within a few requests, where independent draws are off by ± 20.
    expect(Math.abs(seen.length - started * workload.requestsPerIteration)).toBeLessThan(8);
    const cells = windows.flatMap(({ requests }) => requests);
    expect(new Set(cells.map(({ name }) => name))).toEqual(new Set(['POST /api/chat']));
    expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(seen.length);
    expect(new Set(windows.flatMap(({ checks }) => checks.map(({ name }) => name)))).toEqual(
      new Set(['status is 2xx', 'reply has the expected words']),
    );
    expect(windows.flatMap(({ checks }) => checks).every(({ fails }) => fails === 0)).toBe(true);
    expect(seen.every(({ headers }) => headers['x-api-key'] === 'k-1')).toBe(true);
  });

  it('keep their turns in order within one session', async () => {
    const { said } = await converse(120, { new: 1, returning: 0, power: 0 });
    const bySession = Map.groupBy(said, ({ session_id }) => session_id);
    const talks = [...bySession.values()].map((turns) => turns.map(({ message }) => message).join(' '));
    expect(new Set(talks)).toEqual(new Set(['s1', 'm1 m2 m3', 'c1 c2 c3 c4 c5 c6']));
  });

  it('of new users bring a session, a connection and no cookies of their own', async () => {
    const { said, seen, rig } = await converse(120, { new: 1, returning: 0, power: 0 });
    const sessions = new Set(said.map(({ session_id }) => session_id)).size;
    expect(rig.target.connections()).toBeGreaterThanOrEqual(sessions);
    const first = seen.filter((request) => /^(s1|m1|c1)$/.test(saidIn(request).message));
    expect(first.filter(({ headers }) => headers.cookie !== undefined)).toEqual([]);
    const later = seen.filter((request) => saidIn(request).message === 'c2');
    expect(later.every(({ headers }) => headers.cookie !== undefined)).toBe(true);
  });

  it('of returning users come back to their session and cookies, and not for ever', async () => {
    const { said, seen, rig } = await converse(250, { new: 0, returning: 1, power: 0 });
    const talks = said.filter(({ message }) => /^(s1|m1|c1)$/.test(message));
    const visits = [...Map.groupBy(talks, ({ session_id }) => session_id).values()].map((group) => group.length);
    expect(Math.max(...visits)).toBe(10);
    expect(rig.target.connections()).toBeLessThan(20);
    expect(seen.filter(({ headers }) => headers.cookie === undefined).length).toBeLessThanOrEqual(4);
  });

  it('follow the session that the server names', async () => {
    const { said } = await converse(60, { new: 1, returning: 0, power: 0 }, (request) => ({
      body: JSON.stringify({
        reply: 'shirt',
        session_id: `server-${saidIn(request).session_id.replace('server-', '')}`,
      }),
    }));
    expect(
      said.filter(({ message }) => message === 'm2').every(({ session_id }) => session_id.startsWith('server-')),
    ).toBe(true);
  });

  it('go on when the target fails, so that the offered load does not depend on it', async () => {
    const { said, windows } = await converse(150, { new: 0, returning: 1, power: 0 }, () => ({
      status: 500,
      body: 'no',
    }));
    expect(said.filter(({ message }) => message === 'c6').length).toBeGreaterThan(3);
    const outcomes = new Set(windows.flatMap(({ requests }) => requests.map(({ outcome }) => outcome)));
    expect(outcomes).toEqual(new Set(['http_error']));
    const checks = windows.flatMap((window) => window.checks);
    expect(checks.every(({ name, passes }) => name === 'status is 2xx' && passes === 0)).toBe(true);
  });
});
