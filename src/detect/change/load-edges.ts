import { generate, robustSpread } from '../vectors.ts';

/** A moment at which the load moved at once. */
export interface LoadEdge {
  /** Place of the first bin at the new load, and its hour. */
  readonly index: number;
  readonly hour: number;
  /** By how much it moved beyond what it did before and after. */
  readonly jump: number;
}

/** Share of the mean load: less moves no level that one could see. */
const LEAST_JUMP = 0.15;
/** In robust standard deviations of how the load bends otherwise. */
const RARE = 5;
const DAY_HOURS = 24;
/** Two edges are the same of two days when their sizes differ by less than this share of the larger. */
const LIKE = 0.4;

/** Where the load jumped, in order of time. `hours` and `load` by bin, all of one width. */
export function loadEdges(hours: Float64Array, load: Float64Array): LoadEdge[] {
  const mean = load.reduce((sum, value) => sum + value, 0) / load.length;
  if (!(mean > 0)) return [];
  const at = (place: number): number => load[Math.min(load.length - 1, Math.max(0, place))] ?? 0;
  // Over two bins, so that an edge inside of a bin is seen whole; what the load does before and after is its usual slope.
  const sharp = generate(load.length, (place) => {
    if (place < 2 || place > load.length - 2) return 0;
    const slope = (at(place - 2) - at(place - 4) + at(place + 2) - at(place)) / 2;
    return at(place) - at(place - 2) - slope;
  });
  const least = Math.max(LEAST_JUMP * mean, RARE * robustSpread(sharp, 0));
  const edges: LoadEdge[] = [];
  for (let place = 2; place < load.length; place++) {
    const size = Math.abs(sharp[place] ?? 0);
    const around = [-2, -1, 1, 2].map((off) => Math.abs(sharp[place + off] ?? 0));
    if (size < least || around.some((other, side) => (side < 2 ? other >= size : other > size))) continue;
    const isLate = Math.abs(at(place) - at(place - 1)) >= Math.abs(at(place - 1) - at(place - 2));
    const index = isLate ? place : place - 1;
    edges.push({ index, hour: hours[index] ?? 0, jump: sharp[place] ?? 0 });
  }
  return edges;
}

/**
 * The edges that are no part of the day's profile: the load did not jump like this at the same hour of another day that was seen.
 * Where no other day was, several edges are a profile, and a single one is not.
 */
export function edgesOfNoProfile(edges: readonly LoadEdge[], hours: Float64Array, toleranceHours: number): LoadEdge[] {
  const first = hours[0] ?? 0;
  const last = hours.at(-1) ?? 0;
  return edges.filter((edge) => {
    if (edge.hour - DAY_HOURS < first && edge.hour + DAY_HOURS > last) return edges.length === 1;
    return !edges.some((other) => {
      const days = Math.round((other.hour - edge.hour) / DAY_HOURS);
      const off = Math.abs(other.hour - edge.hour - days * DAY_HOURS);
      const larger = Math.max(Math.abs(edge.jump), Math.abs(other.jump));
      return days !== 0 && off <= toleranceHours && Math.abs(edge.jump - other.jump) < LIKE * larger;
    });
  });
}

/** The load as it would have been without these edges. */
export function levelledLoad(load: Float64Array, edges: readonly LoadEdge[]): Float64Array {
  return load.map((value, at) => value - edges.reduce((sum, { index, jump }) => sum + (at >= index ? jump : 0), 0));
}
