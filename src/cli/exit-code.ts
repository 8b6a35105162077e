import { EXIT } from '../base/errors.ts';
import type { Verdict } from '../model/verdict.ts';

/** The exit code of a verdict; a rehearsal's is what it would have been. */
export const exitCodeOf = ({ outcome }: Pick<Verdict, 'outcome'>): number => EXIT[outcome];
