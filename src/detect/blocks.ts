import type { Clocked } from './trend/bins.ts';

/** Readings of each `width` hours together as one at the block's beginning, by a function of the sorted readings. */
export function inBlocks(
  { hours, values }: Clocked,
  width: number,
  together: (sorted: Float64Array) => number,
): Clocked {
  const blockHours = new Float64Array(hours.length);
  const blockValues = new Float64Array(hours.length);
  let count = 0;
  for (let from = 0; from < hours.length; ) {
    const block = blockOf(hours[from] ?? 0, width);
    let to = from + 1;
    while (to < hours.length && blockOf(hours[to] ?? 0, width) === block) to++;
    blockHours[count] = block * width;
    blockValues[count] = together(values.slice(from, to).sort());
    count++;
    from = to;
  }
  return { hours: blockHours.slice(0, count), values: blockValues.slice(0, count) };
}

const blockOf = (hour: number, width: number): number => Math.floor(hour / width + 1e-9);

/** The middle reading, the lower of two: one that was read, so that whole numbers stay whole. */
export const middleOf = (sorted: Float64Array): number => sorted[(sorted.length - 1) >> 1] ?? Number.NaN;

/** The mean: what was served is a sum. */
export const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
