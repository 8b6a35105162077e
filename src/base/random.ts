/** A seeded source of numbers in [0, 1): the same seed gives the same run. */
export type Random = () => number;

/** SplitMix64-like mixing on 32 bits (mulberry32, public domain, Tommy Ettinger 2017): small, fast, good enough for jitter. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
