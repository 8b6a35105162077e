import { changesOfSeries } from '../detect/columns/change-finder.ts';
import type { Followed } from '../detect/trend/finding.ts';
import type { Answer } from '../detect/trend/question.ts';
import type { LabelledChange } from '../model/verdict.ts';
import type { Looked } from './looked.ts';
import { atProfileHour } from './run-clock.ts';

/** When a series moved to another level, and what happened then: as of a file, but labelled with what the run knows. */
export const changesOf = (
  followed: Followed,
  answer: Answer | null,
  { plan, happened }: Pick<Looked, 'plan' | 'happened'>,
): LabelledChange[] =>
  changesOfSeries(followed, answer, happened).map(({ hour, label, before, after }) => ({
    atMs: atProfileHour(plan, hour),
    label,
    before,
    after,
  }));
