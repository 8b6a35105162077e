import { z } from 'zod';
import { DURATION_PATTERN, formatDuration, parseDuration } from '../base/duration.ts';
import { type Parsed, parsed, unreadable } from '../base/parsed.ts';
import { parseShare } from '../base/percent.ts';

/** How a value looks to an editor that knows JSON Schema. */
export interface ValueLook {
  type: string | string[];
  description?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  items?: Record<string, unknown>;
  enum?: (string | number | boolean)[];
  examples?: (string | number | boolean)[];
}

/** A schema out of one of the small grammars: problem and hint become those of the profile. */
export function value<T>(read: (input: unknown) => Parsed<T>, look: ValueLook) {
  return z
    .unknown()
    .transform((input, context): T => {
      const result = input === undefined || input === null ? missing(look) : read(input);
      if (result.ok) return result.value;
      context.addIssue({ code: 'custom', message: result.problem, params: { hint: result.hint } });
      return z.NEVER;
    })
    .meta({ ...look });
}

const missing = ({ examples }: ValueLook) =>
  unreadable('is missing', examples?.[0] === undefined ? 'add it' : `add it, for example ${examples[0]}`);

/** A duration in milliseconds within limits, both included. */
export const duration = (description: string, limits: { minMs: number; maxMs: number; example: string }) =>
  value(
    (input) => {
      const result = parseDuration(input);
      if (!result.ok) return result;
      if (result.value < limits.minMs) {
        return unreadable(`${input} is too short`, `write at least ${formatDuration(limits.minMs)}`);
      }
      if (result.value > limits.maxMs) {
        return unreadable(`${input} is too long`, `write at most ${formatDuration(limits.maxMs)}`);
      }
      return result;
    },
    { type: 'string', pattern: DURATION_PATTERN, description, examples: [limits.example] },
  );

/** A share of a whole: 0.3 or 30%. */
export const share = (description: string) =>
  value(parseShare, { type: ['number', 'string'], description, examples: [0.3, '30%'] });

export const nonEmptyText = (description: string) => z.string().trim().min(1, 'is empty').describe(description);

/** A factor on the load. */
export const multiplier = (description: string) =>
  z.number().min(0, 'is below 0').max(1000, 'is above 1000').describe(description);

export const textValue = (input: unknown): Parsed<string> =>
  typeof input === 'string' || typeof input === 'number' || typeof input === 'boolean'
    ? parsed(String(input))
    : unreadable('must be text', 'put it in quotes');
