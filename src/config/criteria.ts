import type { z } from 'zod';
import { type Parsed, quote } from '../base/parsed.ts';
import { CRITERIA, type CriterionDefinition } from '../model/criteria.ts';
import type { BaselineCriterion, CriterionSpec } from '../model/profile.ts';
import { exampleBaselineTarget, isAgainstBaseline, parseBaselineTarget } from './baseline-target.ts';
import { exampleTarget, parseTarget } from './criterion-target.ts';
import type { ResolveContext } from './resolve.ts';
import { section } from './section.ts';
import { value } from './value.ts';

const targetOf = (definition: CriterionDefinition) =>
  value(
    (input): Parsed<Written> =>
      isAgainstBaseline(input) ? parseBaselineTarget(definition, input) : parseTarget(definition, input),
    {
      type: ['string', 'boolean', 'number'],
      description: `${definition.describes}${definition.default === null ? '' : `; default ${definition.default.text}`}`,
      examples: [exampleTarget(definition), exampleBaselineTarget(definition), 'off'],
    },
  ).optional();

/** As it stands in the profile; null: switched off. */
type Written = Pick<CriterionSpec, 'comparison' | 'target' | 'text'> | Omit<BaselineCriterion, 'id' | 'unit'> | null;

type Target = z.output<ReturnType<typeof targetOf>>;

const shape: Record<string, ReturnType<typeof targetOf>> = Object.fromEntries(
  CRITERIA.flatMap((definition) => [definition.id, ...definition.aliases].map((key) => [key, targetOf(definition)])),
);

export const criteriaSchema = section(shape, (_, given, report) => {
  for (const { id, aliases } of CRITERIA) {
    const [first, ...others] = [id, ...aliases].filter(given);
    for (const other of others) report([other], `means the same as ${first}`, 'keep one of the two');
  }
});

/** The criteria to judge, in the order of reports, those against earlier runs by themselves, and the ids of those that the profile switched off. */
export function resolveCriteria(
  input: Record<string, Target>,
  { fallback }: ResolveContext,
): { criteria: CriterionSpec[]; againstBaseline: BaselineCriterion[]; off: string[] } {
  const criteria: CriterionSpec[] = [];
  const againstBaseline: BaselineCriterion[] = [];
  const off: string[] = [];
  for (const definition of CRITERIA) {
    const keys: string[] = [definition.id, ...definition.aliases];
    const key = keys.find((candidate) => input[candidate] !== undefined);
    const given = key === undefined ? undefined : input[key];
    const { id, unit } = definition;
    if (given === null) off.push(id);
    else if (given !== undefined && 'baseline' in given) againstBaseline.push({ id, unit, ...given });
    else if (given !== undefined)
      criteria.push({ id: definition.id, ...given, unit: definition.unit, fromProfile: true });
    else if (definition.default !== null) {
      const target = fallback(
        ['success_criteria', definition.id],
        undefined,
        definition.default,
        quote(definition.default.text),
      );
      criteria.push({ id: definition.id, ...target, unit: definition.unit, fromProfile: false });
    }
  }
  return { criteria, againstBaseline, off };
}
