import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import { parsePercent } from '../base/percent.ts';
import { BASELINE_NAME, DEFAULT_BASELINE } from '../model/baseline.ts';
import type { CriterionDefinition } from '../model/criteria.ts';
import type { BaselineCriterion } from '../model/profile.ts';
import { readQuantity, SIGNS } from './criterion-target.ts';

/** Does the target speak of earlier runs? */
export const isAgainstBaseline = (input: unknown): input is string =>
  typeof input === 'string' && /\bbaseline\b/i.test(input);

/** Sign, name of the baseline, sign and size of the margin. */
const FORM = /^\s*([<>=≤≥]{1,2})\s*baseline(?:\(\s*([^()]*?)\s*\))?\s*(?:([+-])\s*(\S.*?))?\s*$/is;

/**
 * A target against what earlier runs measured: `<= baseline + 5%`, `<= baseline + 50ms`, `< baseline(release-4) + 1pp`,
 * `>= baseline - 0.1pp`. `%` is a share of the baseline's value, `pp` are points of a quantity that is itself in percent.
 */
export function parseBaselineTarget(
  definition: CriterionDefinition,
  input: string,
): Parsed<Omit<BaselineCriterion, 'id' | 'unit'>> {
  const higher = definition.better === 'higher';
  const example = exampleBaselineTarget(definition);
  const [, written, name, direction, margin] = FORM.exec(input) ?? [];
  const comparison = written === undefined ? undefined : SIGNS[written];
  if (comparison === undefined)
    return unreadable(`${quote(input)} is not a target against a baseline`, `write "${example}"`);
  if (comparison === '==') return unreadable(`${quote(input)}: no two runs measure the same`, `write "${example}"`);
  if (comparison.startsWith('>') !== higher) {
    return unreadable(
      `${quote(input)} asks for the worse: ${definition.name} is better when it is ${definition.better}`,
      `write "${example}"`,
    );
  }
  if (name !== undefined && !BASELINE_NAME.test(name))
    return unreadable(
      `${quote(name)} is no name of a baseline`,
      'write letters, digits, ".", "_" and "-": baseline(release-4)',
    );
  const read =
    margin === undefined
      ? parsed({ factor: 1, offset: 0 })
      : readMargin(definition, margin, direction === '-' ? -1 : 1, example);
  if (!read.ok) return read;
  return parsed({ comparison, ...read.value, baseline: name ?? DEFAULT_BASELINE, text: input.trim() });
}

function readMargin(
  { unit, name }: CriterionDefinition,
  text: string,
  sign: 1 | -1,
  example: string,
): Parsed<{ factor: number; offset: number }> {
  const isShare = unit === 'percent' || unit === 'percent_per_24h';
  const points = /^([0-9.]+)\s*(?:pp|points?)$/i.exec(text)?.[1];
  if (points !== undefined) {
    const value = Number(points);
    return isShare && Number.isFinite(value)
      ? parsed({ factor: 1, offset: sign * value })
      : unreadable(`${quote(text)}: points are for what is itself in percent`, `write "${example}"`);
  }
  const percent = parsePercent(text);
  if (percent.ok && /%\s*$/.test(text)) {
    // A baseline that grows by 0.1 % a day would make any share of it nothing.
    if (unit === 'percent_per_24h')
      return unreadable(`${quote(text)}: a share of a growth that may be none says nothing`, `write "${example}"`);
    if (unit === 'count')
      return unreadable(`${quote(text)}: a share of ${name.toLowerCase()} is no count`, `write "${example}"`);
    return parsed({ factor: 1 + (sign * percent.value) / 100, offset: 0 });
  }
  const quantity = isShare ? null : readQuantity(unit, text, example);
  return quantity?.ok === true
    ? parsed({ factor: 1, offset: sign * quantity.value })
    : unreadable(`${quote(text)} is no margin for this criterion`, `write "${example}"`);
}

/** What a margin looks like for the criterion. */
function exampleMargin({ unit, better }: CriterionDefinition): string {
  const sign = better === 'higher' ? '-' : '+';
  if (unit === 'percent_per_24h') return `${sign} 1pp`;
  if (unit === 'percent') return `${sign} 0.1pp`;
  return unit === 'count' ? `${sign} 1` : `${sign} 5%`;
}

/** How a target against a baseline is written for this criterion. */
export const exampleBaselineTarget = (definition: CriterionDefinition): string =>
  `${definition.better === 'higher' ? '>=' : '<='} baseline ${exampleMargin(definition)}`;
