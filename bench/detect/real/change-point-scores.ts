/**
 * How well found change points match those of several people: F1 with a margin of five readings, and covering, both as in
 * van den Burg and Williams (2020), §3.2. Index 0 counts as a change that everybody marks and every method finds.
 */

const MARGIN = 5;

export function f1Score(marks: readonly (readonly number[])[], found: readonly number[]): number {
  const predicted = new Set([0, ...found]);
  const people = marks.map((one) => new Set([0, ...one]));
  const anybody = new Set(people.flatMap((one) => [...one]));
  const precision = matched(anybody, predicted) / predicted.size;
  const recall = people.reduce((sum, one) => sum + matched(one, predicted) / one.size, 0) / people.length;
  return (2 * precision * recall) / (precision + recall);
}

/** How many marks have a prediction of their own within the margin, the nearest first. */
function matched(marks: ReadonlySet<number>, predicted: ReadonlySet<number>): number {
  const left = new Set(predicted);
  let count = 0;
  for (const mark of [...marks].sort((a, b) => a - b)) {
    const near = [...left].filter((index) => Math.abs(index - mark) <= MARGIN);
    const nearest = near.sort((a, b) => Math.abs(a - mark) - Math.abs(b - mark) || a - b)[0];
    if (nearest === undefined) continue;
    left.delete(nearest);
    count += 1;
  }
  return count;
}

/** Mean over the people of how well each of their segments overlaps with one of the found segments (Jaccard index). */
export function covering(marks: readonly (readonly number[])[], found: readonly number[], readings: number): number {
  const ours = segments(found, readings);
  const covers = marks.map((one) =>
    segments(one, readings).reduce((sum, theirs) => {
      const best = Math.max(...ours.map((segment) => jaccard(theirs, segment)));
      return sum + ((theirs.to - theirs.from) / readings) * best;
    }, 0),
  );
  return covers.reduce((sum, cover) => sum + cover, 0) / covers.length;
}

interface Segment {
  from: number;
  to: number;
}

function segments(changes: readonly number[], readings: number): Segment[] {
  const bounds = [...new Set([0, ...changes.filter((index) => index > 0 && index < readings), readings])].sort(
    (a, b) => a - b,
  );
  return bounds.slice(1).map((to, index) => ({ from: bounds[index] ?? 0, to }));
}

function jaccard(a: Segment, b: Segment): number {
  const both = Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));
  return both / (a.to - a.from + b.to - b.from - both);
}
