/** Random draws from the distributions that a trace needs, over the seeded source of the product. */
import { type Random, seededRandom } from '../../src/base/random.ts';

export interface Draw {
  uniform(low: number, high: number): number;
  /** Uniform in the logarithm: each factor of two is as likely. Both bounds above 0. */
  logUniform(low: number, high: number): number;
  /** A whole number from low to high, both included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  poisson(mean: number): number;
  /** A source of its own for one part: what one part draws moves nothing in the others. */
  part(name: string): Draw;
}

export function drawFrom(seed: number, name: string): Draw {
  const key = hash(`${seed} ${name}`);
  const random = seededRandom(key);
  const normal = normals(random);
  return {
    uniform: (low, high) => low + (high - low) * random(),
    logUniform: (low, high) => low * (high / low) ** random(),
    integer: (low, high) => low + Math.floor((high - low + 1) * random()),
    chance: (probability) => random() < probability,
    pick(choices) {
      const choice = choices[Math.floor(choices.length * random())];
      if (choice === undefined) throw new RangeError('nothing to pick from');
      return choice;
    },
    normal,
    poisson: (mean) => poisson(mean, random, normal),
    part: (inner) => drawFrom(key, inner),
  };
}

/** Box and Muller (1958): two independent normal values from two uniform ones. */
function normals(random: Random): () => number {
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Knuth's product of uniforms for small means (TAOCP 2, §3.4.1); the rounded normal for large ones. */
function poisson(mean: number, random: Random, normal: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo), with a last mixing so that near names lie far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
