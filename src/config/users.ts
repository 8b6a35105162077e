import { z } from 'zod';
import { formatDuration, parseDuration } from '../base/duration.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import type { PatternName, UserKind, UserSimulation, Workload } from '../model/profile.ts';
import type { ResolveContext } from './resolve.ts';
import { type Report, section } from './section.ts';
import { share, value } from './value.ts';

interface ThinkTime {
  minMs: number;
  maxMs: number;
}

/** `2s-8s`, or `3s` for always the same. */
export function parseThinkTime(input: unknown): Parsed<ThinkTime> {
  const [from, until, more] = typeof input === 'string' ? input.split(/\s*(?:-|–|\.\.)\s*/) : [];
  const min = parseDuration(from);
  const max = until === undefined ? min : parseDuration(until);
  if (from === undefined || more !== undefined || !min.ok || !max.ok) {
    return unreadable(`${quote(input)} is not a range of time`, 'write for example 2s-8s');
  }
  if (max.value < min.value) return unreadable(`${quote(input)} ends before it begins`, `write ${until}-${from}`);
  if (max.value > 600_000)
    return unreadable(`${quote(input)} is above 10 minutes`, 'a longer pause is a new conversation');
  return parsed({ minMs: min.value, maxMs: max.value });
}

const thinkTime = (description: string) =>
  value(parseThinkTime, { type: 'string', description, examples: ['2s-8s'] }).optional();

const RATIOS = ['new_users_ratio', 'returning_users_ratio', 'power_users_ratio'] as const;
const PATTERNS = ['simple_query', 'multi_turn', 'complex_workflow'] as const;

export const usersSchema = section(
  {
    new_users_ratio: share('share of users who come for the first time: a fresh connection and session').optional(),
    returning_users_ratio: share('share of users who come back to a session').optional(),
    power_users_ratio: share('share of users who know their way and type fast').optional(),
    conversation_patterns: section(
      {
        simple_query: share('conversations of one turn').optional(),
        multi_turn: share('conversations of three or four turns').optional(),
        complex_workflow: share('conversations of six to eight turns').optional(),
      },
      (right, given, report) => addsUpToOne(PATTERNS, right, given, report),
    )
      .describe('shares of conversation patterns; they add up to 1')
      .optional(),
    think_time: z
      .strictObject({
        new_users: thinkTime('pause of new users between two turns'),
        returning_users: thinkTime('pause of returning users between two turns'),
        power_users: thinkTime('pause of power users between two turns'),
      })
      .describe('pauses between the turns of a conversation, evenly spread over a range')
      .optional(),
    max_users: z
      .int()
      .min(1, 'is below 1')
      .max(50_000, 'is above 50000')
      .describe('upper bound of virtual users')
      .optional(),
  },
  (right, given, report) => addsUpToOne(RATIOS, right, given, report),
);

/** Shares of a whole: when one is given, the others are 0. Wrong ones are reported already, so the sum waits for them. */
function addsUpToOne<Key extends string>(
  keys: readonly Key[],
  right: Partial<Record<Key, number | undefined>>,
  given: (key: Key) => boolean,
  report: Report,
): void {
  const named = keys.filter(given);
  if (named.length === 0 || named.some((key) => right[key] === undefined)) return;
  const sum = named.reduce((total, key) => total + (right[key] ?? 0), 0);
  if (Math.abs(sum - 1) <= 1e-6) return;
  const missing = keys.find((key) => !given(key));
  const rest = Number((1 - sum).toFixed(6));
  const hint =
    missing !== undefined && rest > 0
      ? `add ${missing}: ${rest}`
      : `${rest > 0 ? 'add' : 'take away'} ${Math.abs(rest)}`;
  const verb = named.length === 1 ? 'is' : 'add up to';
  report([], `${named.join(' + ')} ${verb} ${Number(sum.toFixed(6))}, not 1`, hint);
}

export type UsersInput = z.output<typeof usersSchema>;

/** The seed's shares and patterns; think times are our own: nothing in the reliability plan names them. */
const DEFAULT_KINDS: Record<UserKind, number> = { new: 0.3, returning: 0.5, power: 0.2 };
const DEFAULT_PATTERNS: Record<PatternName, number> = { simple_query: 0.4, multi_turn: 0.35, complex_workflow: 0.25 };
const DEFAULT_THINK: Record<UserKind, ThinkTime> = {
  new: { minMs: 3000, maxMs: 12_000 },
  returning: { minMs: 2000, maxMs: 8000 },
  power: { minMs: 1000, maxMs: 4000 },
};

/**
 * The user section with every default filled in. Of the defaults only those are listed that this kind of workload uses:
 * single requests have no turns, and of the users behind a script of one's own nothing is known.
 */
export function resolveUsers(input: UsersInput, workload: Workload['kind'], context: ResolveContext): UserSimulation {
  const at = 'user_simulation';
  const listedFor = (...kinds: Workload['kind'][]): ResolveContext['fallback'] =>
    kinds.includes(workload) ? context.fallback : (_path, given, value) => (given === undefined ? value : given);
  const forUsers = listedFor('chat', 'requests');
  const forTurns = listedFor('chat');
  const kinds = { new: input.new_users_ratio, returning: input.returning_users_ratio, power: input.power_users_ratio };
  const noKinds = Object.values(kinds).every((ratio) => ratio === undefined);
  const share = (kind: UserKind): number =>
    noKinds
      ? forUsers([at, `${kind}_users_ratio`], undefined, DEFAULT_KINDS[kind], String(DEFAULT_KINDS[kind]))
      : (kinds[kind] ?? 0);
  const patterns = input.conversation_patterns;
  const noPatterns = patterns === undefined || Object.values(patterns).every((ratio) => ratio === undefined);
  const pattern = (name: PatternName): number =>
    noPatterns
      ? forTurns([at, 'conversation_patterns', name], undefined, DEFAULT_PATTERNS[name], String(DEFAULT_PATTERNS[name]))
      : (patterns[name] ?? 0);
  const think = (kind: UserKind): ThinkTime => {
    const { minMs, maxMs } = DEFAULT_THINK[kind];
    const text = `${formatDuration(minMs)}-${formatDuration(maxMs)}`;
    return forTurns([at, 'think_time', `${kind}_users`], input.think_time?.[`${kind}_users`], { minMs, maxMs }, text);
  };
  return {
    kinds: { new: share('new'), returning: share('returning'), power: share('power') },
    patterns: {
      simple_query: pattern('simple_query'),
      multi_turn: pattern('multi_turn'),
      complex_workflow: pattern('complex_workflow'),
    },
    thinkTime: { new: think('new'), returning: think('returning'), power: think('power') },
    maxUsers: input.max_users ?? null,
  };
}
