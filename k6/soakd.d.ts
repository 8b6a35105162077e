/** The module that soakd's k6 carries (k6/xk6-soakd). */
declare module 'k6/x/soakd' {
  /**
   * Makes the requests of this virtual user visible while they are in flight: how many, and how old the oldest is. Call
   * it at the top of the default function (not in the init context); calls after the first cost nothing.
   */
  export function track(): void;

  /**
   * A deck named `name`, shared by all virtual users of the process. Each draw is an index of `weights`, at random and
   * in proportion, such that after any number of draws both the share of each index and the sum of `costs` (requests
   * that index will make, say) stay close to expectation. The order follows from the seed of the arrival plan.
   *
   * Under the executor `soakd-arrival`, with one draw an iteration and whole costs, the costs of each hour also meet the
   * plan: within one, or the greatest common divisor of the differences between costs.
   *
   * Call it in the init context; it throws when a deck of that name was made with other numbers.
   */
  export function deck(name: string, weights: readonly number[], costs?: readonly number[]): () => number;
}
