import { addScaled, dot } from '../vectors.ts';

/** A column whose part outside of the basis is smaller than this share of it is a combination of the basis. */
const COLLINEAR = 1e-7;

/** The columns that a basis may grow by, of one length. */
export interface ColumnSet {
  readonly count: number;
  /** Squared length of each. */
  readonly lengths: Float64Array;
  column(at: number): Float64Array | undefined;
  /** Product of each with `vector`. */
  products(vector: Float64Array): Float64Array;
}

const listed = (columns: readonly Float64Array[]): ColumnSet => ({
  count: columns.length,
  lengths: Float64Array.from(columns, (column) => dot(column, column)),
  column: (at) => columns[at],
  products: (vector) => Float64Array.from(columns, (column) => dot(column, vector)),
});

/**
 * Least squares over a growing basis, with the gain of every other column known at any time: after each column that joins,
 * what is left of every candidate and its product with what is left of `y` are brought up to date by one inner product.
 * Thus trying two hundred explanations beside the chosen ones costs as much as adding one.
 */
export class Projection {
  /** Squared length of what is left of `y`. */
  rest: number;
  /** Squared length of each column outside of the basis. */
  readonly left: Float64Array;
  /** Product of each column with what is left of `y`. */
  readonly along: Float64Array;
  /** Columns in the basis, in the order in which they joined. */
  readonly members: number[];
  readonly #columns: ColumnSet;
  readonly #directions: Float64Array[] = [];
  readonly #shares: Float64Array[] = [];

  private constructor(
    columns: ColumnSet,
    state: { rest: number; left: Float64Array; along: Float64Array; members: number[] },
  ) {
    this.#columns = columns;
    this.rest = state.rest;
    this.left = state.left;
    this.along = state.along;
    this.members = state.members;
  }

  /** `columns` and `y` of one length, whitened. */
  static of(columns: ColumnSet | readonly Float64Array[], y: Float64Array): Projection {
    const set = 'products' in columns ? columns : listed(columns);
    return new Projection(set, { rest: dot(y, y), left: set.lengths.slice(), along: set.products(y), members: [] });
  }

  /** An independent copy that shares what it has so far. */
  fork(): Projection {
    const { rest, left, along, members } = this;
    const made = new Projection(this.#columns, {
      rest,
      left: left.slice(),
      along: along.slice(),
      members: [...members],
    });
    made.#directions.push(...this.#directions);
    made.#shares.push(...this.#shares);
    return made;
  }

  /** True when the column is, but for rounding, a combination of the basis. */
  isCollinear(column: number): boolean {
    return !((this.left[column] ?? 0) > COLLINEAR * (this.#columns.lengths[column] ?? 0));
  }

  /** Share of the column that the basis leaves: 1 / variance inflation factor when the basis holds the rest of a model. */
  separateShare(column: number): number {
    const length = this.#columns.lengths[column] ?? 0;
    return length > 0 ? (this.left[column] ?? 0) / length : 0;
  }

  /** Least-squares coefficient of a column that joins last; 0 for a collinear one. */
  coefficient(column: number): number {
    return this.isCollinear(column) ? 0 : (this.along[column] ?? 0) / (this.left[column] ?? 1);
  }

  /** Adds a column to the basis; false, and nothing changed, when it is collinear. */
  join(column: number): boolean {
    if (this.isCollinear(column)) return false;
    const own = this.#columns.column(column);
    if (own === undefined) return false;
    const direction = Float64Array.from(own);
    // Twice: once is not orthogonal enough for load beside load squared (Giraud, Langou 2002, "twice is enough").
    for (let pass = 0; pass < 2; pass++)
      for (const member of this.#directions) addScaled(direction, -dot(direction, member), member);
    const length = Math.sqrt(dot(direction, direction));
    if (!(length * length > COLLINEAR * (this.#columns.lengths[column] ?? 0))) return false;
    for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] ?? 0) / length;
    const alongDirection = (this.along[column] ?? 0) / length;
    const shares = this.#columns.products(direction);
    for (let at = 0; at < shares.length; at++) {
      const share = shares[at] ?? 0;
      this.left[at] = Math.max(0, (this.left[at] ?? 0) - share * share);
      this.along[at] = (this.along[at] ?? 0) - share * alongDirection;
    }
    this.rest = Math.max(0, this.rest - alongDirection * alongDirection);
    this.#directions.push(direction);
    this.#shares.push(shares);
    this.members.push(column);
    return true;
  }

  /** Least-squares coefficients of the members, in their order: back substitution over the shares. */
  coefficients(y: Float64Array): Float64Array {
    const size = this.members.length;
    const solved = new Float64Array(size);
    for (let row = size - 1; row >= 0; row--) {
      const direction = this.#directions[row];
      const shares = this.#shares[row];
      if (direction === undefined || shares === undefined) continue;
      let sum = dot(y, direction);
      for (let after = row + 1; after < size; after++)
        sum -= (shares[this.members[after] ?? 0] ?? 0) * (solved[after] ?? 0);
      solved[row] = sum / (shares[this.members[row] ?? 0] ?? 1);
    }
    return solved;
  }
}
