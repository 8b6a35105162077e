/** A stratified choice: shares and summed costs stay close to their expectation at all times, over all virtual users. */
import { deck } from 'k6/x/soakd';

export interface Choice<T> {
  value: T;
  weight: number;
  /** What one draw costs, in requests; when it differs, the requests of each hour are made to meet the plan. */
  cost?: number;
}

/** A function that draws one of `choices`. The deck is shared by all virtual users of the process, by its name. */
export function chooser<T>(name: string, choices: Choice<T>[]): () => T {
  const draw = deck(
    name,
    choices.map(({ weight }) => weight),
    choices.map(({ cost }) => cost ?? 1),
  );
  return () => {
    const drawn = choices[draw()];
    if (drawn === undefined) throw new Error(`deck ${name} drew what is not there`);
    return drawn.value;
  };
}
