import { type Random, seededRandom } from '../../src/base/random.ts';

/** Standard normal numbers (Box and Muller 1958) from a seed. */
export function normalNoise(seed: number): () => number {
  const random: Random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Stationary first-order autoregression with standard deviation 1. */
export function correlatedNoise(seed: number, correlation: number): () => number {
  const noise = normalNoise(seed);
  let state = noise();
  return () => {
    state = correlation * state + Math.sqrt(1 - correlation * correlation) * noise();
    return state;
  };
}
