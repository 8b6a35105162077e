import type { Noise } from '../noise-filter.ts';
import { addScaled, quantileOf, robustSpread } from '../vectors.ts';
import { Projection } from './projection.ts';
import { Whitener } from './whitener.ts';

/** Share of the mean load by which a bin must differ from both neighbours for its value to be the load's doing. */
const LOAD_SPIKE = 0.05;

/**
 * Leaves out single bins far above, or below, both of their neighbours, unless the load was too: a stretch of fixed load
 * stands out, and is the best that there is. Changes `observed`.
 */
export function leaveOutSpikes(values: Float64Array, observed: Uint8Array, load: Float64Array | null): void {
  const bins = [...observed.keys()].filter((bin) => observed[bin] === 1);
  const beyond = bins.map((bin, at) => {
    const value = values[bin] ?? 0;
    const before = values[bins[at - 1] ?? bin] ?? value;
    const after = values[bins[at + 1] ?? bin] ?? value;
    return Math.max(0, value - Math.max(before, after), Math.min(before, after) - value);
  });
  const usual = beyond.filter((distance) => distance > 0);
  const limit = Math.max(8 * 1.4826 * quantileOf(usual, 0.5), 3 * quantileOf(usual, 0.9));
  const isOfLoad = (at: number): boolean => {
    if (load === null) return false;
    const loadAt = (place: number): number => load[bins[place] ?? bins[at] ?? 0] ?? 0;
    const [before, own, after] = [loadAt(at - 1), loadAt(at), loadAt(at + 1)];
    return Math.max(own - Math.max(before, after), Math.min(before, after) - own) > LOAD_SPIKE;
  };
  for (const [at, bin] of bins.entries()) if ((beyond[at] ?? 0) > limit && !isOfLoad(at)) observed[bin] = 0;
}

/** At most this share of the bins is left out. */
const MOST_OUTLIERS = 0.2;
const FAR = 4.5;

/**
 * Leaves out excursions of up to `reach` bins, and single bins, far from what the model of `columns` says: nightly jobs,
 * batches, spikes. A level that stays away is not left out: the median around it moves with it. Changes `observed`.
 */
export function leaveOutExcursions(
  y: Float64Array,
  observed: Uint8Array,
  columns: readonly Float64Array[],
  noise: Noise,
  reach: number,
): void {
  const whitener = new Whitener(observed, noise);
  const whiteY = whitener.whiten(y);
  const projection = Projection.of(
    columns.map((column) => whitener.whiten(column)),
    whiteY,
  );
  for (let at = 0; at < columns.length; at++) projection.join(at);
  const coefficients = projection.coefficients(whiteY);
  const residuals = Float64Array.from(y);
  for (const [place, at] of projection.members.entries()) {
    const column = columns[at];
    if (column !== undefined) addScaled(residuals, -(coefficients[place] ?? 0), column);
  }
  const deviations = fromMedianAround(residuals, observed, reach);
  const limit = FAR * robustSpread(deviations, 0);
  const far = [...deviations.keys()].filter((bin) => Math.abs(deviations[bin] ?? 0) > limit);
  const worst = far.toSorted((a, b) => Math.abs(deviations[b] ?? 0) - Math.abs(deviations[a] ?? 0));
  for (const bin of worst.slice(0, Math.floor(MOST_OUTLIERS * whitener.count))) observed[bin] = 0;
}

/** Distance of each observed value from the median of those at most `reach` bins away; NaN where nothing is observed. */
function fromMedianAround(values: Float64Array, observed: Uint8Array, reach: number): Float64Array {
  return values.map((value, bin) => {
    if (observed[bin] !== 1) return Number.NaN;
    const around: number[] = [];
    for (let near = Math.max(0, bin - reach); near <= Math.min(values.length - 1, bin + reach); near++)
      if (observed[near] === 1) around.push(values[near] ?? 0);
    return value - quantileOf(around, 0.5);
  });
}
