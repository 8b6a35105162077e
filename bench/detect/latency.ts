/** What makes a latency percentile: contributions to its logarithm. */
import type { Component } from './component.ts';

/**
 * Waiting for a busy server: 1 + share · ρ/(1 − ρ) with ρ the load over the capacity (M/M/1; the share is what the
 * percentile feels of it).
 */
export function queueing({ utilisationAtPeak, share }: { utilisationAtPeak: number; share: number }): Component {
  const slowdown = (loadOfPeak: number) => {
    const busy = Math.min(0.97, utilisationAtPeak * loadOfPeak);
    return Math.log(1 + (share * busy) / (1 - busy));
  };
  return { settled: 'measured', live: true, start: () => (moment) => slowdown(moment.loadOfPeak) };
}

/** Slower, or with batching faster, as a power of the load. */
export function powerOfLoad(exponent: number): Component {
  return { settled: 0, live: true, start: () => (moment) => exponent * Math.log(Math.max(0.05, moment.load)) };
}

/** Cold caches and code that is not yet compiled make the first hours of a process slower. */
export function coldStart({ extra, tauHours }: { extra: number; tauHours: number }): Component {
  return { settled: 0, live: true, start: () => (moment) => extra * Math.exp(-moment.ageHours / tauHours) };
}

/** Data that is kept for a time makes queries slower until as much expires as comes. */
export function fillingTable({ extra, tauHours }: { extra: number; tauHours: number }): Component {
  return { settled: extra, live: true, start: () => (moment) => extra * (1 - Math.exp(-moment.ageHours / tauHours)) };
}
