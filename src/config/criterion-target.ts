import { parseDuration } from '../base/duration.ts';
import { nearest } from '../base/nearest.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import { parsePercent } from '../base/percent.ts';
import type { CriterionDefinition } from '../model/criteria.ts';
import type { Comparison, CriterionSpec, CriterionUnit } from '../model/profile.ts';
import { parseRate } from './traffic.ts';

export const SIGNS: Record<string, Comparison> = {
  '>=': '>=',
  '=>': '>=',
  '≥': '>=',
  '>': '>',
  '<=': '<=',
  '=<': '<=',
  '≤': '<=',
  '<': '<',
  '==': '==',
  '=': '==',
};

const HOUR_MS = 3_600_000;

const EXAMPLES: Record<CriterionUnit, string> = {
  percent: '99.5%',
  percent_per_24h: '5% growth per 24h',
  milliseconds: '4s',
  seconds: '30s',
  hours: '24h',
  per_minute: '100/min',
  count: '0',
};

/** How a target of this criterion is written: `>= 99.5%`. */
export const exampleTarget = (definition: CriterionDefinition): string =>
  definition.default?.text ?? `${definition.better === 'higher' ? '>=' : '<='} ${EXAMPLES[definition.unit]}`;

/**
 * A target such as `>= 99.5%`, `<= 4s`, `< 5% growth per 24h`, `>= 100/min`, `== 0`; null when the criterion
 * is switched off (`off`). For a criterion that counts, `true` means that nothing of the kind may happen.
 */
export function parseTarget(
  definition: CriterionDefinition,
  input: unknown,
): Parsed<Pick<CriterionSpec, 'comparison' | 'target' | 'text'> | null> {
  const example = exampleTarget(definition);
  if (input === 'off' || input === false) return parsed(null);
  if (input === true && definition.unit === 'count') return parsed({ comparison: '==', target: 0, text: '== 0' });
  const text = typeof input === 'number' ? String(input) : input;
  if (typeof text !== 'string') return unreadable(`${quote(input)} is not a target`, `write "${example}" or off`);
  const [, sign, rest] = /^\s*([<>=≤≥]{1,2})\s*(.*?)\s*$/s.exec(text) ?? [];
  const comparison = sign === undefined ? undefined : SIGNS[sign];
  if (comparison === undefined || rest === undefined) {
    const off = nearest(text, ['off']) === 'off' ? 'off' : `"${example}"`;
    return unreadable(`${quote(input)} has no comparison`, `write ${off}; comparisons are >=, >, <=, < and ==`);
  }
  const target = readQuantity(definition.unit, rest, `${comparison} ${example.replace(/^[<>=]+ /, '')}`);
  if (!target.ok) return target;
  const higher = definition.better === 'higher';
  if (comparison !== '==' && comparison.startsWith('>') !== higher) {
    return unreadable(
      `${quote(input)} asks for the worse: ${definition.name} is better when it is ${definition.better}`,
      `write "${comparison.replace(/[<>]/, higher ? '>' : '<')} ${rest}"`,
    );
  }
  if (target.value < 0) return unreadable(`${quote(input)} is below 0`, `write "${example}"`);
  if (definition.unit === 'percent' && higher && (target.value > 100 || (target.value === 100 && comparison === '>'))) {
    return unreadable(`${quote(input)} can never be met`, 'write ">= 100%" or less');
  }
  return parsed({ comparison, target: target.value, text: text.trim() });
}

export function readQuantity(unit: CriterionUnit, text: string, example: string): Parsed<number> {
  const wrong = (): Parsed<number> =>
    unreadable(`${quote(text)} is not in the unit of this criterion`, `write "${example}"`);
  const scaled = (result: Parsed<number>, divisor: number): Parsed<number> =>
    result.ok ? parsed(result.value / divisor) : wrong();
  switch (unit) {
    case 'percent': {
      const percent = parsePercent(text);
      return percent.ok ? percent : wrong();
    }
    case 'percent_per_24h':
      return readGrowth(text) ?? wrong();
    case 'milliseconds':
      return scaled(parseDuration(text), 1);
    case 'seconds':
      return scaled(parseDuration(text), 1000);
    case 'hours':
      return scaled(parseDuration(text), HOUR_MS);
    case 'per_minute': {
      const rate = /^[0-9.]+$/.test(text) ? null : parseRate(text);
      return rate?.ok ? rate : wrong();
    }
    case 'count':
      return /^[0-9]+$/.test(text) ? parsed(Number(text)) : wrong();
  }
}

/** `5%`, `5% growth per 24h`, `1% per 6h`: percent per 24 hours. */
function readGrowth(text: string): Parsed<number> | null {
  const [, percentText, perText] = /^(.*?%)\s*(?:(?:growth\s+)?(?:per|\/)\s*(\S+))?(?:\s*growth)?$/.exec(text) ?? [];
  const percent = parsePercent(percentText);
  const per =
    perText === undefined ? parsed(24 * HOUR_MS) : parseDuration(/^\d/.test(perText) ? perText : `1${perText}`);
  if (!percent.ok || !per.ok || per.value === 0) return null;
  return parsed((percent.value * 24 * HOUR_MS) / per.value);
}
