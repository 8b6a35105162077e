/** Talks with a chat agent: each iteration is one conversation of one visitor, each turn one request. */
import { check, randomSeed, sleep } from 'k6';
import http from 'k6/http';
import { track } from 'k6/x/soakd';
import type { Conversation, PatternName } from '../src/model/profile.ts';
import { chooser } from './chooser.ts';
import { addressOf, resolved, resolvedHeaders, settings } from './settings.ts';
import { arrive, thinkTimeSeconds, type Visitor } from './visitors.ts';

export { options } from './settings.ts';

const { workload } = settings;
if (workload.kind !== 'chat') throw new Error(`conversation.ts cannot send a workload of kind ${workload.kind}`);
const { path, messageField, sessionField, replyField, timeoutMs, conversations } = workload;

const PATTERNS: PatternName[] = ['simple_query', 'multi_turn', 'complex_workflow'];

/** One deck of all conversations, drawn from once an arrival: it makes the turns of each hour meet the plan. */
const choose = chooser(
  'conversations',
  PATTERNS.flatMap((pattern) =>
    conversations[pattern].map((conversation) => ({
      value: conversation,
      weight: settings.patterns[pattern] / conversations[pattern].length,
      cost: conversation.turns.length,
    })),
  ),
);

const url = addressOf(resolved(path));
const headers = { 'Content-Type': 'application/json', ...resolvedHeaders(workload.headers) };
const name = `POST ${path}`;
randomSeed(settings.seed + __VU);

export default function (): void {
  track();
  const visitor = arrive();
  const { turns } = choose();
  turns.forEach((turn, at) => {
    if (at > 0) sleep(thinkTimeSeconds(visitor.kind));
    // A turn that fails does not end the talk: how much is offered never depends on the target.
    say(visitor, turn, at === turns.length - 1);
  });
}

function say(visitor: Visitor, { message, expect }: Conversation['turns'][number], last: boolean): void {
  const body = JSON.stringify({ [messageField]: message, [sessionField]: visitor.session });
  const response = http.post(url, body, {
    headers: { ...headers, ...visitor.connection({ last }) },
    responseType: 'text',
    redirects: 0,
    timeout: timeoutMs,
    tags: { name },
  });
  const answered = response.status >= 200 && response.status < 300;
  check(response, { 'status is 2xx': () => answered });
  if (!answered) return;

  const reply = parsed(response.body);
  const session = fieldOf(reply, sessionField);
  if (typeof session === 'string' && session !== '') {
    visitor.session = session;
    visitor.rename(session);
  }
  if (expect.length === 0) return;
  const text = fieldOf(reply, replyField);
  check(response, {
    'reply has the expected words': () =>
      typeof text === 'string' && expect.every((word) => text.toLowerCase().includes(word.toLowerCase())),
  });
}

function parsed(body: string | null): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return null;
  }
}

const fieldOf = (reply: unknown, field: string): unknown =>
  typeof reply === 'object' && reply !== null && field in reply ? Reflect.get(reply, field) : undefined;
