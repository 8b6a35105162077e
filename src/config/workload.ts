import { z } from 'zod';
import { parsed, quote, unreadable } from '../base/parsed.ts';
import type { Conversation, PatternName, UserSimulation, Workload } from '../model/profile.ts';
import { DEFAULT_CONVERSATIONS } from './default-conversations.ts';
import { unusableFile } from './named-file.ts';
import type { ResolveContext } from './resolve.ts';
import { section } from './section.ts';
import { duration, nonEmptyText, textValue, value } from './value.ts';

const timeout = duration('a request that takes longer has failed', {
  minMs: 100,
  maxMs: 600_000,
  example: '30s',
}).optional();

/** A name in the environment of the load process. */
const ENV_VALUE = /^env:(.*)$/;

const header = value(
  (input) => {
    const text = textValue(input);
    if (!text.ok) return text;
    const name = ENV_VALUE.exec(text.value)?.[1];
    if (name !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      return unreadable(`${quote(input)} names no environment variable`, 'write for example env:API_TOKEN');
    }
    return text;
  },
  {
    type: ['string', 'number', 'boolean'],
    description: 'text; a value env:NAME is read from the environment of the load',
  },
);

const headers = z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), header).describe('request headers');

const path = z.string().refine((text) => text.startsWith('/'), {
  message: 'does not begin with /',
  params: { hint: 'write for example /api/chat' },
});

const words = (description: string) =>
  value(
    (input) => {
      const list = Array.isArray(input) ? input : [input];
      const wrong = list.find((word) => typeof word !== 'string' || word === '');
      return wrong === undefined
        ? parsed(list.map(String))
        : unreadable(`${quote(wrong)} is not text`, 'write one word or a list of words');
    },
    {
      type: ['string', 'array'],
      items: { type: 'string' },
      description,
    },
  );

const conversations = z
  .array(
    z
      .array(
        z.strictObject({
          message: nonEmptyText('what the user says'),
          expect: words('words that the reply must contain; case does not matter').optional(),
        }),
      )
      .min(1, 'is empty')
      .max(100, 'has more than 100 turns'),
  )
  .min(1, 'is empty')
  .describe('conversations to choose from; each is a list of turns');

const chat = z.strictObject({
  kind: z.literal('chat'),
  path: path.describe('where the messages are posted').optional(),
  headers: headers.optional(),
  timeout,
  message_field: nonEmptyText('JSON field of the request that carries the message').optional(),
  session_field: nonEmptyText('JSON field of request and reply that carries the session').optional(),
  reply_field: nonEmptyText('JSON field of the reply that carries the answer').optional(),
  conversations: z
    .strictObject({
      simple_query: conversations.optional(),
      multi_turn: conversations.optional(),
      complex_workflow: conversations.optional(),
    })
    .describe('what is said, by conversation pattern')
    .optional(),
});

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

const statuses = value(
  (input) => {
    const list = Array.isArray(input) ? input : [input];
    const wrong = list.find((status) => !Number.isInteger(status) || status < 100 || status > 599);
    if (list.length === 0) return unreadable('is empty', 'write for example 200 or [200, 201]');
    return wrong === undefined
      ? parsed(list.map(Number))
      : unreadable(`${quote(wrong)} is no HTTP status`, 'write for example 200 or [200, 201]');
  },
  {
    type: ['integer', 'array'],
    items: { type: 'integer' },
    description: 'expected status; otherwise 2xx and 3xx are good',
  },
);

const request = z.strictObject({
  name: nonEmptyText('name under which it is measured').optional(),
  weight: z
    .number()
    .gt(0, 'is not above 0')
    .max(1e6, 'is too large')
    .describe('how often, relative to the others')
    .optional(),
  method: z.enum(METHODS).describe('HTTP method').optional(),
  path: path.describe('path and query on the target'),
  headers: headers.optional(),
  body: z
    .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())])
    .describe('text, or a mapping or list that is sent as JSON')
    .optional(),
  checks: z
    .strictObject({
      status: statuses.optional(),
      contains: words('text that the body must contain; case does not matter').optional(),
    })
    .describe('what a good answer looks like')
    .optional(),
});

const requests = section(
  {
    kind: z.literal('requests'),
    timeout,
    requests: z
      .array(request)
      .min(1, 'is empty')
      .max(200, 'has more than 200 requests')
      .describe('weighted HTTP requests; each iteration sends one'),
  },
  (right, _, report) => {
    const names = right.requests?.map(nameOf) ?? [];
    names.forEach((name, index) => {
      if (names.indexOf(name) === index) return;
      report(
        ['requests', index],
        `${quote(name)} is measured twice under one name`,
        'give each request a name of its own',
      );
    });
  },
);

const nameOf = ({ name, method, path }: z.output<typeof request>): string => name ?? `${method ?? 'GET'} ${path}`;

const SCRIPT_FILE = /\.(?:js|mjs|cjs|ts)$/;

const script = z.strictObject({
  kind: z.literal('script'),
  // Of any other file k6 would quote what it stumbles over.
  file: nonEmptyText("your own k6 script, relative to the profile; soakd's executor replaces its scenarios").refine(
    (text) => text === '' || SCRIPT_FILE.test(text),
    { message: 'does not end as a script does', params: { hint: 'k6 runs .js, .mjs, .cjs and .ts' } },
  ),
  exec: nonEmptyText('exported function to run').optional(),
  timeout,
  requests_per_iteration: z
    .number()
    .gt(0, 'is not above 0')
    .describe('requests that one run of the function makes on average')
    .optional(),
});

export const workloadSchema = z.discriminatedUnion('kind', [chat, requests, script]);
export type WorkloadInput = z.output<typeof workloadSchema>;

const AT = 'workload';

/** The workload with every default filled in, and with what follows from it: requests an iteration, longest iteration. */
export function resolveWorkload(
  input: WorkloadInput | undefined,
  users: UserSimulation | null,
  context: ResolveContext,
): Workload {
  const { fallback } = context;
  const given = fallback([AT, 'kind'], input, { kind: 'chat' }, 'chat');
  const timeoutMs = fallback([AT, 'timeout'], given.timeout, 30_000, '30s');
  if (given.kind === 'chat') return resolveChat(given, timeoutMs, users, context);
  if (given.kind === 'requests') return resolveRequests(given, timeoutMs, context);
  return resolveScript(given, timeoutMs, context);
}

function resolveChat(
  input: z.output<typeof chat>,
  timeoutMs: number,
  users: UserSimulation | null,
  { fallback }: ResolveContext,
): Workload {
  const of = (pattern: PatternName): Conversation[] => {
    const given = input.conversations?.[pattern]?.map((turns) => ({
      turns: turns.map(({ message, expect }) => ({ message, expect: expect ?? [] })),
    }));
    const known = DEFAULT_CONVERSATIONS[pattern];
    return fallback([AT, 'conversations', pattern], given, known, `${known.length} conversations with a shop's agent`);
  };
  const conversations = {
    simple_query: of('simple_query'),
    multi_turn: of('multi_turn'),
    complex_workflow: of('complex_workflow'),
  };
  return {
    kind: 'chat',
    path: fallback([AT, 'path'], input.path, '/api/chat', '/api/chat'),
    headers: input.headers ?? {},
    messageField: fallback([AT, 'message_field'], input.message_field, 'message', 'message'),
    sessionField: fallback([AT, 'session_field'], input.session_field, 'session_id', 'session_id'),
    replyField: fallback([AT, 'reply_field'], input.reply_field, 'reply', 'reply'),
    conversations,
    timeoutMs,
    ...lengthOfConversations(conversations, users, timeoutMs),
  };
}

/** Mean requests of a conversation, and the time of the longest when every answer just meets its time-out. */
function lengthOfConversations(
  conversations: Record<PatternName, Conversation[]>,
  users: UserSimulation | null,
  timeoutMs: number,
): { requestsPerIteration: number; longestIterationMs: number } {
  let requestsPerIteration = 0;
  let mostTurns = 1;
  for (const pattern of ['simple_query', 'multi_turn', 'complex_workflow'] as const) {
    const ratio = users?.patterns[pattern] ?? 0;
    const turns = conversations[pattern].map((conversation) => conversation.turns.length);
    requestsPerIteration += (ratio * turns.reduce((sum, count) => sum + count, 0)) / turns.length;
    if (ratio > 0) mostTurns = Math.max(mostTurns, ...turns);
  }
  const kinds = (['new', 'returning', 'power'] as const).filter((kind) => (users?.kinds[kind] ?? 0) > 0);
  const longestPause = Math.max(0, ...kinds.map((kind) => users?.thinkTime[kind].maxMs ?? 0));
  return {
    requestsPerIteration: requestsPerIteration || 1,
    longestIterationMs: mostTurns * timeoutMs + (mostTurns - 1) * longestPause,
  };
}

function resolveRequests(input: z.output<typeof requests>, timeoutMs: number, { fallback }: ResolveContext): Workload {
  return {
    kind: 'requests',
    requests: input.requests.map((spec, index) => {
      const at = [AT, 'requests', index] as const;
      const body = spec.body === undefined || typeof spec.body === 'string' ? spec.body : JSON.stringify(spec.body);
      const sendsJson = body !== undefined && body !== spec.body;
      const typed = Object.keys(spec.headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
      return {
        name: nameOf(spec),
        weight: fallback([...at, 'weight'], spec.weight, 1, '1'),
        method: fallback([...at, 'method'], spec.method, 'GET', 'GET'),
        path: spec.path,
        headers: { ...(sendsJson && !typed ? { 'content-type': 'application/json' } : {}), ...spec.headers },
        body: body ?? null,
        checks: { status: spec.checks?.status ?? null, contains: spec.checks?.contains ?? [] },
      };
    }),
    timeoutMs,
    requestsPerIteration: 1,
    longestIterationMs: timeoutMs,
  };
}

function resolveScript(input: z.output<typeof script>, timeoutMs: number, context: ResolveContext): Workload {
  const requestsPerIteration = context.fallback([AT, 'requests_per_iteration'], input.requests_per_iteration, 1, '1');
  return {
    kind: 'script',
    file: context.absolutePath(input.file),
    exec: context.fallback([AT, 'exec'], input.exec, 'default', 'default'),
    timeoutMs,
    requestsPerIteration,
    longestIterationMs: Math.ceil(requestsPerIteration) * timeoutMs,
  };
}

/** Reports a script that cannot be read; `input` is the section as it is written, right or not. */
export function checkScriptFile(input: unknown, context: ResolveContext): void {
  const named = z.looseObject({ kind: z.literal('script'), file: z.string().regex(SCRIPT_FILE) }).safeParse(input);
  if (!named.success) return;
  try {
    context.readFile(named.data.file);
  } catch (thrown) {
    context.problem([AT, 'file'], ...unusableFile(named.data.file, thrown));
  }
}
