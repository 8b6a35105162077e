import type { Noise } from '../noise-filter.ts';
import { quantileOf } from '../vectors.ts';
import { type BinnedLoad, hoursOfBins } from './bins.ts';
import type { Model } from './compete.ts';
import { bestOfContest, type Cast, type Contest, lastCoefficient } from './contest.ts';
import type { Explanation, Setting } from './explanations.ts';
import type { Answer } from './question.ts';

/** What the numbers of a contest stand for. */
export interface Scale {
  /** Unit of the series (logarithm) at 0 of the fitted values, and at 1 above that. */
  readonly origin: number;
  readonly unit: number;
  readonly load: BinnedLoad | null;
}

/** The answer before anything is known. */
export const nothing = (spanHours: number, level: number): Answer => ({
  finding: 'nothing',
  spanHours,
  collected: false,
  evidence: Number.NEGATIVE_INFINITY,
  rarity: 0,
  fillingPerDay: 0,
  staircase: null,
  ratePerHour: 0,
  rateError: 0,
  degrees: 3,
  soloError: null,
  level,
  clock: 'time',
  clockEvidence: 0,
  requestsPerHour: null,
  onsetHour: 0,
  grown: 0,
  noiseSpread: 0,
  fillingSize: 0,
  secondHalf: { share: 0, z: 0 },
  separateShare: 1,
  steps: [],
  restarts: [],
  collections: [],
  hasCollections: false,
  rival: [],
  beside: [],
});

/** Reads the answer from a contest. */
export function answerOf(found: Contest, cast: Cast, setting: Setting, noise: Noise, scale: Scale): Answer {
  const { growth, without } = found;
  const { drift, binCount, binHours } = setting;
  const spanHours = hoursOfBins(binCount, binHours);
  const best = bestOfContest(found);
  const sizes = sizesOf(best, found);
  const { level, filling } = levelOf(sizes, cast, setting, scale);
  const relative = drift ? 1 : level > LEAST_LEVEL ? level : 1;
  const { rate, error } = weighedRate(found, cast);
  const solo = soloRate(found, cast);
  const leak = growth?.chosen[0];
  const own = leak === undefined ? undefined : cast.explanations[leak];
  const answer: Answer = {
    ...nothing(spanHours, drift ? Math.exp(scale.origin + level) : relative * scale.unit),
    ratePerHour: rate / relative,
    rateError: error / relative,
    degrees: Math.max(3, (found.whitener.count - best.projection.members.length) * (1 - noise.correlation)),
    soloError: solo === null ? null : solo.error / relative,
    requestsPerHour: scale.load?.requestsPerHour ?? null,
    noiseSpread: Math.sqrt(found.variance) / relative,
    fillingSize: filling / relative,
    fillingPerDay: fillingPerDayOf(sizes, cast, setting) / relative,
    steps: stepsOf(sizes, cast, scale.unit),
    rival: namesOf(without.chosen, cast),
    separateShare: separateShareOf(found, cast),
  };
  if (growth === null || leak === undefined || own === undefined) return answer;
  const onsetHour = own.hour ?? 0;
  const ended = Math.max(own.column[binCount - 1] ?? 0, spanHours - onsetHour);
  return {
    ...answer,
    finding: best === growth ? 'growth' : 'explained',
    evidence: growth.evidence - without.evidence,
    rarity: rarityOf(without, growth, cast),
    clock: own.clock ?? 'time',
    clockEvidence: clockEvidenceOf(growth, own, found, cast),
    onsetHour,
    grown: (rate * ended) / relative,
    secondHalf: secondHalfOf(own, growth, found, cast, setting),
    hasCollections: growth.chosen.some((at) => cast.explanations[at]?.cause === 'collection'),
    beside: namesOf(growth.chosen.slice(1), cast),
  };
}

/** Price of the rarest filling that only the rival needs. */
const rarityOf = (rival: Model, growth: Model, { explanations }: Cast): number =>
  Math.max(
    0,
    ...rival.chosen.flatMap((at) => {
      const one = explanations[at];
      return one?.cause === 'saturation' && !growth.chosen.includes(at) ? [2 * Math.log(one.alternatives)] : [];
    }),
  );

function clockEvidenceOf(growth: Model, own: Explanation, { withGrowth }: Contest, { explanations }: Cast): number {
  const others = withGrowth.filter(({ chosen }) => explanations[chosen[0] ?? -1]?.clock !== own.clock);
  return others.length === 0 ? 0 : growth.evidence - Math.max(...others.map(({ evidence }) => evidence));
}

/** Coefficient of each member of a model. */
function sizesOf(model: Model, { whiteY }: Contest): Map<number, number> {
  const coefficients = model.projection.coefficients(whiteY);
  return new Map(model.projection.members.map((at, place) => [at, coefficients[place] ?? 0]));
}

/**
 * Growth by every model, weighed by its evidence (Hoeting, Madigan, Raftery, Volinsky, Bayesian Model Averaging,
 * Statistical Science 14, 1999, eq. 3 to 5): which rival stands beside the growth is not certain, and the error must know.
 */
function weighedRate(found: Contest, cast: Cast): { rate: number; error: number } {
  const parts = [
    ...found.withGrowth.flatMap((model) => {
      const [place, ...others] = model.chosen;
      return place === undefined ? [] : [{ place, others, evidence: model.evidence }];
    }),
    // A model without growth holds none by chance only: what it would say of the rate, at what growth would add to it.
    ...found.withoutGrowth.flatMap((model) =>
      fromStart(cast).map((place) => ({ place, others: model.chosen, evidence: model.evidence })),
    ),
  ];
  const most = Math.max(...parts.map(({ evidence }) => evidence));
  let total = 0;
  let first = 0;
  let second = 0;
  for (const { place, others, evidence } of parts) {
    const weight = Math.exp((evidence - most) / 2);
    if (weight < 1e-3) continue;
    const slope = lastCoefficient(
      columnsOf([...fixedPlaces(cast), ...others, place], found),
      found.whiteY,
      found.variance,
    );
    if (slope === null) continue;
    total += weight;
    first += weight * slope.value;
    second += weight * (slope.value ** 2 + slope.error ** 2);
  }
  if (total === 0) return { rate: 0, error: 0 };
  const rate = first / total;
  return { rate, error: Math.sqrt(Math.max(0, second / total - rate * rate)) };
}

const fromStart = ({ growths, explanations }: Cast): number[] => growths.filter((at) => explanations[at]?.hour === 0);

/** Of growth with time: whether the load leaves any of it. */
const separateShareOf = ({ base }: Contest, cast: Cast): number =>
  Math.max(0, ...fromStart(cast).map((place) => base.separateShare(place)));

const fixedPlaces = ({ fixedCount }: Cast): number[] => Array.from({ length: fixedCount }, (_, at) => at);

const columnsOf = (places: readonly number[], { white }: Contest): Float64Array[] =>
  places.flatMap((at) => white.column(at) ?? []);

/** Growth with time from the start beside the best model without growth: its error says what could have been seen. */
function soloRate(found: Contest, cast: Cast): { value: number; error: number } | null {
  const place = fromStart(cast)[0];
  if (place === undefined) return null;
  const places = [...fixedPlaces(cast), ...found.without.chosen, place];
  return lastCoefficient(columnsOf(places, found), found.whiteY, found.variance);
}

/** Of a series that begins at next to nothing, growth is a share of its usual size. In that unit. */
const LEAST_LEVEL = 0.05;

/** Level without growth at median load, everything filled and warm, in fitted units (of latency, above the origin); and the largest filling. */
function levelOf(
  sizes: ReadonlyMap<number, number>,
  { explanations }: Cast,
  { drift }: Setting,
  { origin, unit }: Scale,
): { level: number; filling: number } {
  let level = drift ? 0 : origin / unit;
  let filling = 0;
  for (const [at, size] of sizes) {
    const one = explanations[at];
    if (one === undefined) continue;
    // The first life's level; later ones are steps from it.
    if (one.cause === 'level') level += at === 0 ? size : 0;
    else if (one.cause === 'load' || one.cause === 'load_history') level += size * quantileOf(one.column, 0.5);
    else if (one.cause === 'saturation' && one.isRefill !== true) {
      level += size;
      filling = Math.max(filling, size);
    }
  }
  return { level, filling };
}

/** Hours at the end over which a filling is said to go on. */
const END_HOURS = 4;

function fillingPerDayOf(sizes: ReadonlyMap<number, number>, { explanations }: Cast, setting: Setting): number {
  const last = setting.binCount - 1;
  const bins = Math.max(1, Math.round(END_HOURS / setting.binHours));
  let rise = 0;
  for (const [at, size] of sizes) {
    const one = explanations[at];
    if (one?.cause === 'saturation') rise += size * ((one.column[last] ?? 0) - (one.column[last - bins] ?? 0));
  }
  return (24 * rise) / (bins * setting.binHours);
}

/** Does it still grow? The growth of the second half of its span, fitted beside that of the first. */
function secondHalfOf(
  own: Explanation,
  growth: Model,
  found: Contest,
  cast: Cast,
  setting: Setting,
): Answer['secondHalf'] {
  const { starts, binCount, binHours } = setting;
  const middle = Math.floor(((own.hour ?? 0) / binHours + binCount) / 2);
  const nextLife = starts.find((start) => start > middle) ?? binCount;
  const before = own.column[middle] ?? 0;
  const second = own.column.map((value, bin) => (bin < middle ? 0 : bin < nextLife ? value - before : value));
  const first = own.column.map((value, bin) => value - (second[bin] ?? 0));
  const others = columnsOf([...fixedPlaces(cast), ...growth.chosen.slice(1)], found);
  const whiten = (column: Float64Array): Float64Array => found.whitener.whiten(column);
  const later = lastCoefficient([...others, whiten(first), whiten(second)], found.whiteY, found.variance);
  const whole = lastCoefficient([...others, whiten(own.column)], found.whiteY, found.variance);
  if (later === null || whole === null || !(whole.value > 0)) return { share: 0, z: 0 };
  return { share: later.value / whole.value, z: later.value / later.error };
}

const stepsOf = (sizes: ReadonlyMap<number, number>, { explanations }: Cast, unit: number): Answer['steps'] =>
  [...sizes]
    .flatMap(([at, size]) => {
      const one = explanations[at];
      return one?.cause === 'step' ? [{ hour: one.hour ?? 0, size: size * unit }] : [];
    })
    .toSorted((a, b) => a.hour - b.hour);

const namesOf = (places: readonly number[], { explanations }: Cast): string[] =>
  places.flatMap((at) => {
    const one = explanations[at];
    if (one === undefined) return [];
    return [one.cause === 'step' ? `a step at hour ${(one.hour ?? 0).toFixed(1)}` : one.label];
  });
