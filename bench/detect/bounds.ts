/** Exact bounds for a rate: Clopper and Pearson (1934), "The use of confidence or fiducial limits", Biometrika 26. */

export interface Rate {
  hits: number;
  of: number;
}

/** The 95 % interval of the rate behind `hits` of `of`; from 0 to 1 when nothing was tried. */
export function clopperPearson({ hits, of }: Rate): { low: number; high: number } {
  const tail = 0.025;
  return {
    low: hits === 0 ? 0 : solve((rate) => 1 - binomialUpTo(hits - 1, of, rate), tail),
    high: hits === of ? 1 : 1 - solve((miss) => binomialUpTo(hits, of, 1 - miss), tail),
  };
}

/** Where a function that rises from 0 to 1 over [0, 1] passes a value; by bisection. */
function solve(rising: (rate: number) => number, value: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (rising(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability of at most `most` hits in `of` tries. */
function binomialUpTo(most: number, of: number, rate: number): number {
  if (rate <= 0) return 1;
  if (rate >= 1) return most >= of ? 1 : 0;
  let logarithm = of * Math.log1p(-rate);
  let sum = Math.exp(logarithm);
  for (let hits = 1; hits <= most; hits += 1) {
    logarithm += Math.log((of - hits + 1) / hits) + Math.log(rate) - Math.log1p(-rate);
    sum += Math.exp(logarithm);
  }
  return Math.min(1, sum);
}
