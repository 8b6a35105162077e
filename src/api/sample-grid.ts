import type { Sample } from '../model/sample.ts';
import { emptyColumn, type Grid, stepAt } from './grid.ts';

export const SAMPLE_COLUMNS = ['min', 'mean', 'max', 'last'] as const;

export type SampleColumns = Record<(typeof SAMPLE_COLUMNS)[number], (number | null)[]>;

/** Samples of one series over steps: the least, the mean by readings, the largest, the last that was no gap. */
export class SampleGrid {
  readonly #grid: Grid;
  readonly columns: SampleColumns;
  readonly #readings: number[];

  constructor(grid: Grid) {
    this.#grid = grid;
    this.columns = { min: emptyColumn(grid), mean: emptyColumn(grid), max: emptyColumn(grid), last: emptyColumn(grid) };
    this.#readings = new Array<number>(grid.count).fill(0);
  }

  /** In order of time. */
  add({ atMs, min, mean, max, last, readings }: Sample): void {
    const at = stepAt(this.#grid, atMs);
    if (at === null || min === null || mean === null || max === null) return;
    const { columns } = this;
    const before = this.#readings[at] ?? 0;
    const weight = Math.max(1, readings);
    columns.min[at] = Math.min(columns.min[at] ?? min, min);
    columns.max[at] = Math.max(columns.max[at] ?? max, max);
    columns.mean[at] = ((columns.mean[at] ?? 0) * before + mean * weight) / (before + weight);
    columns.last[at] = last ?? columns.last[at] ?? null;
    this.#readings[at] = before + weight;
  }
}
