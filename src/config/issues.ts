import type { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { quote } from '../base/parsed.ts';
import type { DocumentPath } from './resolve.ts';
import type { DocumentPart } from './soundness.ts';

/** What is wrong, where in the document, and what to write instead. */
export interface Finding {
  path: DocumentPath;
  /** Point at the key instead of its value. */
  atKey: boolean;
  problem: string;
  hint: string;
  /** What must have been read as it was meant for this to be true: only then it is told of a broken document. */
  needs?: DocumentPart;
}

/** A number beyond two limits is told of one: the nearer, which has our words. */
function isClearest(issue: z.core.$ZodIssue, _at: number, all: readonly z.core.$ZodIssue[]): boolean {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return true;
  const same = all.filter(({ code, path }) => code === issue.code && path.join('\0') === issue.path.join('\0'));
  return issue === (same.find(({ message }) => /^[a-z]/.test(message)) ?? same.at(-1));
}

/** zod's issues in our words. `schema` is what was asked for, `input` what was given. */
export function findingsOf(issues: readonly z.core.$ZodIssue[], schema: z.ZodType, input: unknown): Finding[] {
  return issues.filter(isClearest).flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    const given = valueAt(input, path);
    const found = (problem: string, hint: string, place: Partial<Finding> = {}): Finding[] => [
      { path, atKey: false, problem, hint, needs: { path, of: 'value' }, ...place },
    ];
    if (issue.code === 'unrecognized_keys') return issue.keys.flatMap((key) => unknownKey(schema, input, path, key));
    if ((given === undefined || given === null) && (issue.code !== 'custom' || issue.message === 'is missing')) {
      // An absent key is reported where it belongs; one without a value has a place of its own.
      const at = given === null ? path : path.slice(0, -1);
      return found(`${path.at(-1) ?? 'content'} is missing`, missingHint(issue), {
        path: at,
        atKey: true,
        needs: { path: at, of: 'whole' },
      });
    }
    if (path.length === 0 && issue.code === 'invalid_type') {
      return found(`${quote(given)} is not a mapping of keys`, 'begin with soak_test:');
    }
    switch (issue.code) {
      case 'custom':
        return found(issue.message, hintOf(issue), placeOfRule(issue, path));
      case 'invalid_type':
        return found(
          `${quote(given)} is not ${NOUNS[issue.expected] ?? issue.expected}`,
          `write ${NOUNS[issue.expected] ?? issue.expected}`,
        );
      case 'invalid_value': {
        const known = issue.values.map(String);
        const like = typeof given === 'string' ? nearest(given, known) : null;
        return found(
          `${quote(given)} is not one of ${known.join(', ')}`,
          like === null ? `write one of them` : `did you mean ${like}?`,
        );
      }
      case 'invalid_union': {
        const inside = insideMapping(issue, given);
        if (inside === null) return found(...unionProblem(issue, given));
        const placed = inside.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
        return findingsOf(placed, schema, input);
      }
      case 'invalid_key':
        return found(`${quote(path.at(-1))} is not a valid name`, 'use letters, digits and dashes', atKey(path));
      case 'invalid_format':
        return found(`${quote(given)} ${lowerFirst(issue.message)}`, 'see docs/profile.md');
      case 'too_small':
      case 'too_big':
        return found(limitProblem(issue, given), limitHint(issue));
      default:
        return found(`${quote(given)} does not fit: ${lowerFirst(issue.message)}`, 'see docs/profile.md');
    }
  });
}

const atKey = (path: DocumentPath) => ({ path, atKey: true, needs: { path, of: 'key' } }) as const;

/** Where a rule of ours reports, and what it rests on: a value, or the mapping `above` steps up whose keys it compares. */
function placeOfRule({ params }: z.core.$ZodIssueCustom, path: DocumentPath): Partial<Finding> {
  if (typeof params?.above === 'number') {
    const needs: DocumentPart = { path: path.slice(0, path.length - params.above), of: 'whole' };
    return { atKey: params.atKey === true, needs };
  }
  return params?.atKey === true ? atKey(path) : {};
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const hintOf = (issue: z.core.$ZodIssueCustom): string =>
  typeof issue.params?.hint === 'string' ? issue.params.hint : 'see docs/profile.md';

const NOUNS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
};

function missingHint(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `write one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'custom') return hintOf(issue);
  return issue.code === 'invalid_type' ? `add it: ${NOUNS[issue.expected] ?? issue.expected}` : 'add it';
}

function unionProblem(issue: z.core.$ZodIssueInvalidUnion, given: unknown): [problem: string, hint: string] {
  const kinds = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  const words = issue.errors.flat().flatMap((one) => (one.code === 'invalid_value' ? one.values.map(String) : []));
  const options = kinds.length > 0 ? kinds : words;
  if (options.length === 0) return [`${quote(given)} is not of a kind that fits here`, 'see docs/profile.md'];
  const like = typeof given === 'string' ? nearest(given, options) : null;
  return [
    `${quote(given)} is not one of ${options.join(', ')}`,
    like === null ? `write one of them${kinds.length > 0 ? '' : ', or a mapping of keys'}` : `did you mean ${like}?`,
  ];
}

/** Words or a mapping were asked for and a mapping was given: what is wrong inside it. Null in other cases. */
function insideMapping(issue: z.core.$ZodIssueInvalidUnion, given: unknown): readonly z.core.$ZodIssue[] | null {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  const isNoMapping = ({ code, path }: z.core.$ZodIssue): boolean =>
    path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
  return issue.errors.find((issues) => !issues.some(isNoMapping)) ?? null;
}

type LimitIssue = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig;

function limitProblem(issue: LimitIssue, given: unknown): string {
  // Our own messages begin with a verb: `is empty`; zod's own begin with a capital letter.
  if (/^[a-z]/.test(issue.message)) {
    return typeof given === 'number' ? `${given} ${issue.message}` : issue.message;
  }
  return issue.code === 'too_small' ? `${quote(given)} is too small` : `${quote(given)} is too large`;
}

function limitHint(issue: LimitIssue): string {
  if (issue.code === 'too_small' && issue.minimum === 1 && issue.origin !== 'number') return 'write at least one';
  const things = issue.origin === 'array' ? ' entries' : issue.origin === 'string' ? ' characters' : '';
  return issue.code === 'too_small'
    ? `write ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${things}`
    : `write ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${things}`;
}

function unknownKey(schema: z.ZodType, input: unknown, path: DocumentPath, key: string): Finding[] {
  const known = keysAt(schema, input, path);
  const like = nearest(key, known);
  const all = known.length > 0 && known.length <= 12 ? `known keys: ${known.join(', ')}` : 'see docs/profile.md';
  return [
    {
      ...atKey([...path, key]),
      problem: `unknown key ${quote(key)}`,
      hint: like === null ? all : `did you mean ${like}?`,
    },
  ];
}

/** The keys that the schema knows at a place of the input. */
function keysAt(schema: z.ZodType, input: unknown, path: DocumentPath): string[] {
  let at: z.core.$ZodType | undefined = unwrap(schema, input);
  let given = input;
  for (const step of path) {
    given = valueAt(given, [step]);
    at = at === undefined ? undefined : unwrap(childOf(at, step), given);
  }
  const def = at?._zod.def as z.core.$ZodObjectDef | undefined;
  return def?.type === 'object' ? Object.keys(def.shape) : [];
}

type AnyDef = z.core.$ZodTypeDef &
  Partial<
    Pick<z.core.$ZodOptionalDef, 'innerType'> &
      Pick<z.core.$ZodPipeDef, 'in'> &
      Pick<z.core.$ZodArrayDef, 'element'> &
      Pick<z.core.$ZodObjectDef, 'shape'> &
      Pick<z.core.$ZodRecordDef, 'valueType'> &
      Pick<z.core.$ZodUnionDef, 'options'>
  >;

const defOf = (schema: z.core.$ZodType): AnyDef => schema._zod.def;

/** The schema under optional, default and transform; of a union the mapping, by the input's `kind` where they have one. */
function unwrap(schema: z.core.$ZodType | undefined, input: unknown): z.core.$ZodType | undefined {
  if (schema === undefined) return undefined;
  const def = defOf(schema);
  if (def.innerType !== undefined) return unwrap(def.innerType, input);
  if (def.type === 'pipe') return unwrap(def.in, input);
  if (def.type !== 'union') return schema;
  const kind = valueAt(input, ['kind']);
  return def.options?.find((option) => {
    const { shape } = defOf(option);
    return shape !== undefined && (shape.kind === undefined || shape.kind._zod.values?.has(String(kind)));
  });
}

function childOf(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  const def = defOf(schema);
  if (def.type === 'object') return def.shape?.[step];
  return def.type === 'array' ? def.element : def.valueType;
}

/** The value at a path of plain data; undefined when there is none. */
export function valueAt(data: unknown, path: DocumentPath): unknown {
  let at: unknown = data;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Object.entries(at).find(([key]) => key === String(step))?.[1];
  }
  return at;
}
