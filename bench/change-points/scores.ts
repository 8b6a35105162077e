/**
 * The two scores of van den Burg and Williams (An Evaluation of Change Point Detection Algorithms, arXiv:2003.06222, §4):
 * several people marked each series, and a set of change points is held against all of them. Places are counted from 0.
 */

/** Points that a change may lie beside a mark and still be the same. */
const MARGIN = 5;

/** Marks that a found change stands for; each found change stands for one. */
function matched(marks: readonly number[], found: readonly number[]): number {
  const free = [...found];
  let count = 0;
  for (const mark of marks) {
    let nearest = -1;
    for (const [at, place] of free.entries()) {
      const away = Math.abs(place - mark);
      if (away <= MARGIN && (nearest < 0 || away < Math.abs((free[nearest] ?? 0) - mark))) nearest = at;
    }
    if (nearest < 0) continue;
    free.splice(nearest, 1);
    count++;
  }
  return count;
}

/** Ascending, once each, with the beginning of the series, which every segmentation has. */
const withBeginning = (places: readonly number[]): number[] => [...new Set([0, ...places])].toSorted((a, b) => a - b);

/** F1 (eq. 7): precision against the marks of all people together, recall as the mean over the people. */
export function f1(marks: readonly (readonly number[])[], found: readonly number[]): number {
  const places = withBeginning(found);
  const precision = matched(withBeginning(marks.flat()), places) / places.length;
  const recalls = marks.map((own) => matched(withBeginning(own), places) / withBeginning(own).length);
  const recall = recalls.reduce((sum, value) => sum + value, 0) / recalls.length;
  return (2 * precision * recall) / (precision + recall);
}

/** Covering (eq. 8): how well the found segments overlap those of each person, by Jaccard index; mean over the people. */
export function covering(marks: readonly (readonly number[])[], found: readonly number[], count: number): number {
  const own = segments(found, count);
  const covers = marks.map((places) => {
    let sum = 0;
    for (const [from, until] of segments(places, count)) {
      const overlaps = own.map(([start, end]) => {
        const common = Math.max(0, Math.min(until, end) - Math.max(from, start));
        return common / (until - from + end - start - common);
      });
      sum += (until - from) * Math.max(...overlaps);
    }
    return sum / count;
  });
  return covers.reduce((sum, value) => sum + value, 0) / covers.length;
}

function segments(places: readonly number[], count: number): [number, number][] {
  const starts = withBeginning(places).filter((place) => place < count);
  return starts.map((start, at) => [start, starts[at + 1] ?? count]);
}
