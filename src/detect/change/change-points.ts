/**
 * When a series moved to another level. Steps compete with everything else that moves a level: the load, or the hours of
 * the day in its place, lines, lines that bend, what fills up, and a noise that remembers. A step is reported where the
 * series without it is explained worse by more than the choice of its place can be worth.
 */
import { studentTwoSided } from '../distributions.ts';
import type { Noise } from '../noise-filter.ts';
import { addScaled, quantileOf, robustSpread } from '../vectors.ts';
import { columnOf, type Design, designOf, type Explanation } from './design.ts';
import { leastSquares } from './least-squares.ts';
import { correlationBesideSteps, NoiseGrid } from './noise-fit.ts';
import { type ChangeInput, type Readings, readingsOf } from './readings.ts';
import { chargesOf, type Found, type Rules, search } from './search.ts';
import { Stage } from './stage.ts';

export interface ChangePoint {
  /** Place in the input of the first point at the new level. */
  readonly index: number;
  /** Hour of that point. */
  readonly at: number;
  /** Hour of the last point at the old level: the change lies between the two. */
  readonly earliestAt: number;
  /** Level just before and just after, at the mean load of the series. Unit of the series. */
  readonly before: number;
  readonly after: number;
  /** Level at the end of the stretch that begins here: just before the next change, or at the end of the series. */
  readonly until: number;
  /** (after − before) / |before|; null when that level is 0. */
  readonly size: number | null;
  /** Probability that noise shows a step as clear as this one anywhere in the series, its correlation taken as known. */
  readonly pValue: number;
}

export interface ChangeOptions {
  /** Points of the shortest level; by default a 24th of the series, at least 3 and at most 6. */
  readonly minimumPoints?: number;
  /** Smaller steps, relative to the level before, are not reported; default 0. */
  readonly minimumSize?: number;
  /** How often a series without a change may show one, were its noise known; default 0.001, which measures below 0.01. */
  readonly significance?: number;
  /** Noise of the series; by default estimated beside the steps. */
  readonly noise?: Noise | null;
  /** Period of a load that is not known, for which two periods are needed; default 24; null: it has none. */
  readonly cycleHours?: number | null;
}

const SIGNIFICANCE = 0.001;
/** Noise and steps are estimated in turn; they settle in two or three rounds. */
const MAX_ROUNDS = 4;

/** Change points in order of time; none when there are too few readings to tell. */
export function changePoints(input: ChangeInput, options: ChangeOptions = {}): ChangePoint[] {
  const { significance = SIGNIFICANCE, minimumSize = 0, noise = null, cycleHours = 24 } = options;
  const shortest = (count: number): number => options.minimumPoints ?? Math.min(6, Math.max(3, Math.round(count / 24)));
  const readings = readingsOf(input, shortest, (points) =>
    besidesSteps(designOf(points, cycleHours), points, shortest(points.values.length)),
  );
  if (readings === null) return [];
  const count = readings.values.length;
  const minimumPoints = shortest(count);
  const design = designOf(readings, cycleHours);
  const candidates = count - 2 * minimumPoints + 1;
  if (candidates < 1 || count < design.base.length + 6) return [];
  const charges = chargesOf(count, design.base.length, candidates, design.bends.length, significance);
  const rules: Rules = { charges, minimumPoints, steps: true };
  const start = noise ?? { correlation: correlationBesideSteps(besides(design, readings)), whiteRatio: 0 };

  const stageOf = remembered(
    ({ correlation, whiteRatio }: Noise) => `${correlation} ${whiteRatio}`,
    (own: Noise) => new Stage(readings, design, own),
  );
  const grid = new NoiseGrid(readings, design.base);
  const noiseBeside = remembered(
    (explanations: readonly Explanation[]) =>
      explanations
        .map(({ kind, at }) => `${kind} ${at}`)
        .toSorted()
        .join(),
    (explanations: readonly Explanation[]) =>
      noise ??
      grid.fit(
        explanations.map((explanation) => columnOf(design, explanation)),
        start,
      ),
  );

  const free = settle(stageOf, noiseBeside, rules, [], start);
  if (!free.explanations.some(({ kind }) => kind === 'step')) return [];
  // Steps can pass for noise, and noise for steps: the other way to begin is that there is no step at all.
  const slow = settle(stageOf, noiseBeside, { ...rules, steps: false }, [], start);
  const sober = settle(stageOf, noiseBeside, rules, slow.explanations, slow.stage.noise);
  const { stage, explanations } = sober.cost <= free.cost && !free.exact ? sober : free;
  return sizeable(
    explanations,
    (chosen) => described(readings, design, stage, chosen, candidates),
    (at) => readings.places[at],
    minimumSize,
  );
}

/** A function that answers a question it was asked before from memory. */
function remembered<Q, A>(keyOf: (question: Q) => string, answer: (question: Q) => A): (question: Q) => A {
  const answers = new Map<string, A>();
  return (question) => {
    const key = keyOf(question);
    const known = answers.get(key) ?? answer(question);
    answers.set(key, known);
    return known;
  };
}

interface Settled extends Found {
  readonly stage: Stage;
  /** Nothing is left but rounding: no noise is a better explanation. */
  readonly exact: boolean;
}

/** Explanations and noise in turn from the given ones, until the noise stays; the cheapest on the way. */
function settle(
  stageOf: (noise: Noise) => Stage,
  noiseBeside: (explanations: readonly Explanation[]) => Noise,
  rules: Rules,
  from: readonly Explanation[],
  start: Noise,
): Settled {
  let noise = start;
  let best: Settled | null = null;
  let explanations = from;
  for (let round = 0; ; round++) {
    const stage = stageOf(noise);
    const found = search(stage, explanations, rules);
    explanations = found.explanations;
    if (best === null || found.cost < best.cost)
      best = { ...found, stage, exact: stage.fit(explanations).rest <= stage.floor };
    if (round === MAX_ROUNDS || best.exact) return best;
    const fitted = noiseBeside(explanations);
    if (fitted.correlation === noise.correlation && fitted.whiteRatio === noise.whiteRatio) return best;
    noise = fitted;
  }
}

/** What the base leaves of the values. */
function besides(design: Design, { values }: Pick<Readings, 'values'>): Float64Array {
  const { coefficients } = leastSquares(design.base, values);
  const left = Float64Array.from(values);
  for (const [at, column] of design.base.entries()) addScaled(left, -(coefficients[at] ?? 0), column);
  return left;
}

/** Differences that lie farther out than so many robust standard deviations are steps or spikes. */
const FAR = 3.5;

/**
 * What the base leaves of the values, its coefficients taken from differences over `reach` points: a step touches only a few
 * of these, and the few are left out of a second look. The level stays.
 */
function besidesSteps(design: Design, { values }: Pick<Readings, 'values'>, reach: number): Float64Array {
  const moving = design.base.slice(1);
  const moved = (column: Float64Array): Float64Array =>
    column.subarray(reach).map((value, at) => value - (column[at] ?? 0));
  const columns = moving.map(moved);
  const differences = moved(values);
  const residuals = (coefficients: Float64Array): Float64Array => {
    const left = differences.slice();
    for (const [at, column] of columns.entries()) addScaled(left, -(coefficients[at] ?? 0), column);
    return left;
  };
  let { coefficients } = leastSquares(columns, differences);
  for (let look = 0; look < 2; look++) {
    const left = residuals(coefficients);
    const middle = quantileOf(left, 0.5);
    const limit = FAR * robustSpread(left, middle);
    const near = Uint8Array.from(left, (value) => (Math.abs(value - middle) <= limit ? 1 : 0));
    const kept = (column: Float64Array): Float64Array => column.filter((_, at) => near[at] === 1);
    ({ coefficients } = leastSquares(columns.map(kept), kept(differences)));
  }
  const left = Float64Array.from(values);
  for (const [at, column] of moving.entries()) addScaled(left, -(coefficients[at] ?? 0), column);
  return left;
}

/** Level changes of an explanation, each tested against the explanation without it. */
function described(
  readings: Readings,
  design: Design,
  stage: Stage,
  explanations: readonly Explanation[],
  candidates: number,
): ChangePoint[] {
  const { coefficients, gains, level: first, rest, rank } = stage.fit(explanations);
  const degrees = Math.max(1, stage.count - rank);
  const variance = Math.max(stage.floor, rest) / degrees;
  const level = new Float64Array(stage.count).fill(first);
  for (const [place, explanation] of explanations.entries())
    addScaled(level, coefficients[place] ?? 0, columnOf(design, explanation));

  const unscaled = (value: number): number => readings.centre + readings.spread * value;
  const ends = [...explanations.flatMap(({ kind, at }) => (kind === 'step' ? [at] : [])), stage.count].toSorted(
    (a, b) => a - b,
  );
  const points = explanations.flatMap(({ kind, at }, place): ChangePoint[] => {
    if (kind !== 'step') return [];
    const end = ends.find((other) => other > at) ?? stage.count;
    const t = Math.sqrt((gains[place] ?? 0) / variance);
    const after = unscaled(level[at] ?? 0);
    const before = after - readings.spread * (coefficients[place] ?? 0);
    return [
      {
        index: readings.places[at] ?? 0,
        at: readings.hours[at] ?? 0,
        earliestAt: readings.hours[at - 1] ?? 0,
        before,
        after,
        until: unscaled(level[end - 1] ?? 0),
        size: before === 0 ? null : (after - before) / Math.abs(before),
        pValue: Math.min(1, candidates * studentTwoSided(t, degrees)),
      },
    ];
  });
  return points.toSorted((a, b) => a.index - b.index);
}

/** The explanations whose steps are all of `minimumSize`: the smallest leaves first, its neighbours take over its part. */
function sizeable(
  explanations: readonly Explanation[],
  describe: (explanations: readonly Explanation[]) => ChangePoint[],
  placeOf: (at: number) => number | undefined,
  minimumSize: number,
): ChangePoint[] {
  const points = describe(explanations);
  const sizeOf = ({ size }: ChangePoint): number => (size === null ? Number.POSITIVE_INFINITY : Math.abs(size));
  const smallest = points.toSorted((a, b) => sizeOf(a) - sizeOf(b))[0];
  if (smallest === undefined || sizeOf(smallest) >= minimumSize) return points;
  const others = explanations.filter(({ kind, at }) => kind !== 'step' || placeOf(at) !== smallest.index);
  return sizeable(others, describe, placeOf, minimumSize);
}
