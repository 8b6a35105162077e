import { addScaled, dot } from '../vectors.ts';

/** A column whose part outside of the others is smaller than this share of it is a combination of them. */
export const COLLINEAR = 1e-9;

export interface Solution {
  /** One for each column; 0 for a combination of those before it. */
  coefficients: Float64Array;
  /** Sum of squares that each column takes off the rest when it joins last: what the rest grows by without it. */
  gains: Float64Array;
  /** Sum of squares that the columns leave. */
  rest: number;
  /** Number of columns that are no combination of those before. */
  rank: number;
  /** Log of the determinant of their products: the information about the coefficients. */
  logInformation: number;
}

/** Least squares by modified Gram-Schmidt (Björck, BIT 7, 1967); the columns are a handful. */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array): Solution {
  const left = y.slice();
  const directions: (Float64Array | null)[] = [];
  const shares: number[][] = [];
  const along: number[] = [];
  let logInformation = 0;
  let rank = 0;
  for (const column of columns) {
    const direction = column.slice();
    const whole = dot(direction, direction);
    const share = directions.map((member) => {
      if (member === null) return 0;
      const product = dot(direction, member);
      addScaled(direction, -product, member);
      return product;
    });
    const own = dot(direction, direction);
    if (!(own > COLLINEAR * whole)) {
      directions.push(null);
      shares.push(share);
      along.push(0);
      continue;
    }
    const length = Math.sqrt(own);
    for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] ?? 0) / length;
    const onto = dot(left, direction);
    addScaled(left, -onto, direction);
    directions.push(direction);
    shares.push([...share, length]);
    along.push(onto);
    logInformation += Math.log(own);
    rank++;
  }
  const joined = [...columns.keys()].filter((column) => directions[column] !== null);
  // Back substitution; the same for the rows of the inverse, whose squared length is the variance of a coefficient.
  const substituted = (right: (row: number) => number): Float64Array => {
    const solved = new Float64Array(columns.length);
    for (const row of joined.toReversed()) {
      let sum = right(row);
      for (const later of joined) if (later > row) sum -= (shares[later]?.[row] ?? 0) * (solved[later] ?? 0);
      solved[row] = sum / (shares[row]?.[row] ?? 1);
    }
    return solved;
  };
  const coefficients = substituted((row) => along[row] ?? 0);
  const variances = new Float64Array(columns.length);
  for (const unit of joined)
    for (const [row, value] of substituted((at) => (at === unit ? 1 : 0)).entries())
      variances[row] = (variances[row] ?? 0) + value * value;
  const gains = coefficients.map((value, column) =>
    variances[column] ? (value * value) / (variances[column] ?? 1) : 0,
  );
  return { coefficients, gains, rest: dot(left, left), rank, logInformation };
}
