import type { CriterionResult, Verdict } from '../model/verdict.ts';

/** What a person must know of, failures first: a sentence each, nothing twice. */
export function issuesOf({ criteria, reasons, losses }: Verdict): string[] {
  const told = (['fail', 'inconclusive'] as const).flatMap((status) =>
    criteria.filter((one) => one.status === status).map((one) => `${one.name}: ${one.why}${worstOf(one)}`),
  );
  const others = reasons.filter((reason) => !told.some((issue) => issue.includes(reason)));
  return [...told, ...others, ...losses];
}

/** What decided a criterion, in brackets, unless its sentence says so already. */
export const worstOf = ({ worst: name, why }: CriterionResult): string =>
  name === null || why.includes(name) ? '' : ` (${name})`;
