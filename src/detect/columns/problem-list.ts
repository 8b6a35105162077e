import type { Problem } from '../../config/problem.ts';

/** A table of a million rows may have a million problems of one kind: as many as a person reads are kept. */
const MOST_SHOWN = 20;

/** Problems of one file, in the order of their finding. */
export class ProblemList {
  readonly shown: Problem[] = [];
  readonly #file: string;
  #count = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** All that were found, shown or not. */
  get count(): number {
    return this.#count;
  }

  /** True while a problem that is added will be shown: its text is worth making. */
  get hasRoom(): boolean {
    return this.shown.length < MOST_SHOWN;
  }

  add(problem: Omit<Problem, 'file'>): void {
    this.#count++;
    if (this.hasRoom) this.shown.push({ file: this.#file, ...problem });
  }
}
