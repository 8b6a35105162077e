import { type DatedChange, datedChanges } from '../change/dated-changes.ts';
import type { Happening } from '../change/label-change.ts';
import type { Followed } from '../trend/finding.ts';
import type { Answer } from '../trend/question.ts';

/** A moment at which a series moved to another level. */
export interface LabelledChange {
  readonly hour: number;
  readonly label: string;
}

/** Where a series changed, from its samples and from what the trend found of it. */
export type ChangeFinder = (followed: Followed, answer: Answer | null) => LabelledChange[];

/** As many other falls within so many hours are a sawtooth: what follows a fall (src/detect/trend/falls.ts) is then the next one. */
const CHAIN = { hours: 6, falls: 2 };

/** Restarts as the trend has them, and the steps beside them. `happened`: what else is known, to label them by. */
export const changesOfSeries = (
  followed: Followed,
  answer: Answer | null,
  happened: readonly Happening[] = [],
): DatedChange[] => {
  if (answer === null) return datedChanges(followed, [], happened);
  const isTold =
    followed.restarts !== null || followed.shownRestarts?.some(({ hour }) => answer.restarts.includes(hour));
  return datedChanges(followed, isTold ? answer.restarts : clearRestarts(answer), happened);
};

function clearRestarts({ restarts, collections }: Answer): number[] {
  const falls = [...restarts, ...collections.map(({ hour }) => hour)];
  const around = (hour: number): number => falls.filter((other) => Math.abs(other - hour) <= CHAIN.hours).length - 1;
  return restarts.filter((hour) => around(hour) < CHAIN.falls);
}
