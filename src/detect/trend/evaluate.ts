import type { Noise } from '../noise-filter.ts';
import { quantileOf } from '../vectors.ts';
import { answerOf, nothing, type Scale } from './answer.ts';
import {
  bandMeans,
  binHours,
  binLoad,
  type Clocked,
  COUNTS,
  FLOORS,
  firstFrom,
  hoursOfBins,
  LOWEST,
  MIDDLE,
  mayBeCount,
  quantumOf,
  readingHoursOf,
} from './bins.ts';
import { bestOfContest, type Cast, contest } from './contest.ts';
import { fixedExplanations, growths, rivalExplanations, type Setting } from './explanations.ts';
import { type Falls, fallsOf } from './falls.ts';
import { leaveOutExcursions, leaveOutSpikes } from './masks.ts';
import { fitNoise, usualNoise } from './noise.ts';
import type { Answer, Question } from './question.ts';

/** Of readings: before, nothing is said. */
export const LEAST_HOURS = 6;
const LEAST_BINS = 14;
const LEAST_OBSERVED = 0.25;
/** Below it the load and time are one column, and neither can be told from the other. */
export const LEAST_SEPARATE = 0.02;
/** Hours after a start that belong to the warm-up, and the first of all. */
const WARM_UP_HOURS = 1;
/** Excursions up to this long are left out. */
const EXCURSION_HOURS = 7;

/** How a series moved up to `untilHour`, by nothing that came after it; null while there is too little. */
export function evaluate(question: Question, untilHour: number): Answer | null {
  // The distance of readings, too, is taken from what came before.
  const width = binHours(untilHour, readingHoursOf(until(question.readings, untilHour).hours));
  const count = Math.floor(untilHour / width + 1e-9);
  const spanHours = hoursOfBins(count, width);
  if (spanHours < LEAST_HOURS || count < LEAST_BINS) return null;
  const drift = question.kind === 'drift';
  const readings = until(question.readings, spanHours);
  const load = question.load === null ? null : binLoad(until(question.load, spanHours), count, width);
  const counting = !drift && question.isMemory !== true && readings.values.every(mayBeCount);
  const raw = drift
    ? bandMeans(logarithms(readings), count, width, MIDDLE)
    : counting
      ? bandMeans(readings, count, width, COUNTS)
      : floorsOf(readings, count, width);

  const seen: Falls = drift || counting ? { falls: [], excursions: [] } : fallsOf(readings, load, width, spanHours);
  const restarts = restartsOf(question, seen, spanHours);
  const collected = question.collected || counting;
  const collections = collected ? [] : collectionsOf(seen, restarts);
  const starts = [...new Set(restarts.map((hour) => Math.floor(hour / width)))].filter(
    (bin) => bin > 2 && bin < count - 3,
  );
  const collectionHours = collections.map(({ hour }) => hour);
  const emptied = emptiedOf(collections, raw);
  const setting: Setting = {
    binCount: count,
    binHours: width,
    load,
    starts,
    collections: collectionHours,
    emptied,
    drift,
  };

  const observed = observedBins(raw, question, seen, setting);
  leaveOutSpikes(raw, observed, load?.mean ?? null);
  if (drift && load !== null && spanHours >= LIKE_LOAD_FROM_HOURS) leaveOutUnlikeLoads(load.mean, observed);
  const values = raw.filter((_, bin) => observed[bin] === 1);
  if (values.length < LEAST_BINS || values.length < count * LEAST_OBSERVED) return null;
  const origin = quantileOf(values, 0.5);
  const unit = drift ? 1 : Math.abs(origin) || 1;
  if (values.every((value) => value === values[0]))
    return {
      ...nothing(spanHours, drift ? Math.exp(origin) : origin),
      finding: 'constant',
      collected,
      restarts,
      collections,
    };
  const y = raw.map((value, bin) => (observed[bin] === 1 ? (value - origin) / unit : 0));

  const varianceFloor = drift ? 1e-8 : roundingVariance(readings.values, unit);
  const scale: Scale = { origin, unit, load };
  const answer = fitted(setting, observed.slice(), y, varianceFloor, scale);
  const staircase = counting ? staircaseOf(raw, observed, starts, width) : null;
  const common = { collected, restarts, collections, staircase };
  if (answer.separateShare >= LEAST_SEPARATE) return { ...answer, ...common };
  // The load grows along with time: what would be said of the series if the load did nothing to it?
  const alone = fitted({ ...setting, load: null }, observed, y, varianceFloor, { ...scale, load: null });
  return alone.finding === 'growth'
    ? { ...alone, ...common, separateShare: answer.separateShare }
    : { ...answer, ...common };
}

/** Lets the explanations of a setting compete. Changes `observed`: outliers are left out. */
function fitted(setting: Setting, observed: Uint8Array, y: Float64Array, varianceFloor: number, scale: Scale): Answer {
  const { binHours: width } = setting;
  const fixed = fixedExplanations(setting);
  const growing = growths(setting);
  const rivals = rivalExplanations(setting);
  const cast: Cast = {
    explanations: [...fixed, ...growing, ...rivals],
    fixedCount: fixed.length,
    growths: growing.map((_, at) => fixed.length + at),
    rivals: rivals.map((_, at) => fixed.length + growing.length + at),
    binHours: width,
    varianceFloor,
  };
  // What moves the series must be known to know its noise, and the noise to know what moves it.
  let noise: Noise = usualNoise(width);
  for (const isFirst of [true, false]) {
    const best = bestOfContest(contest(cast, observed, y, noise, true));
    const columns = [...fixed, ...best.chosen.flatMap((at) => cast.explanations[at] ?? [])].map(({ column }) => column);
    noise = fitNoise(observed, y, columns, width, noise).noise;
    if (isFirst) leaveOutExcursions(y, observed, columns, noise, Math.round(EXCURSION_HOURS / width));
  }
  return answerOf(contest(cast, observed, y, noise), cast, setting, noise, scale);
}

function until({ hours, values }: Clocked, hour: number): Clocked {
  const end = firstFrom(hours, hour - 1e-9);
  return { hours: hours.subarray(0, end), values: values.subarray(0, end) };
}

/** Two halves of a day and more hold like loads. */
const LIKE_LOAD_FROM_HOURS = 36;

/**
 * Leaves out the bins whose load only one half of the run has seen: what a queue does at a load that is new is not known from
 * smaller ones. Changes `observed`.
 */
function leaveOutUnlikeLoads(load: Float64Array, observed: Uint8Array): void {
  const seen = (from: number, to: number): Float64Array =>
    load.filter((_, bin) => bin >= from && bin < to && observed[bin] === 1);
  const middle = load.length >> 1;
  const halves = [seen(0, middle), seen(middle, load.length)];
  const low = Math.max(...halves.map((half) => quantileOf(half, 0)));
  const high = Math.min(...halves.map((half) => quantileOf(half, 1)));
  for (let bin = 0; bin < load.length; bin++) {
    const value = load[bin] ?? 0;
    if (value < low * (1 - LIKE_LOAD) || value > high * (1 + LIKE_LOAD)) observed[bin] = 0;
  }
}

const LIKE_LOAD = 0.02;

/** Lowest readings must be this much smoother than low ones to stand for a bin: they are easily outliers. */
const SMOOTHER = 0.7;

/**
 * Low readings of each bin, or the lowest alone where these move less from bin to bin: of a sawtooth that is read at random,
 * the lowest of n readings errs by a share of 1/n, a mean only of 1/√n.
 */
function floorsOf(readings: Clocked, count: number, width: number): Float64Array {
  const low = bandMeans(readings, count, width, FLOORS);
  const lowest = bandMeans(readings, count, width, LOWEST);
  return roughness(lowest) < SMOOTHER * roughness(low) ? lowest : low;
}

/** Usual move from one bin to the next. */
const roughness = (values: Float64Array): number =>
  quantileOf(
    values.map((value, bin) => Math.abs(value - (values[bin - 1] ?? Number.NaN))),
    0.5,
  );

const logarithms = ({ hours, values }: Clocked): Clocked => ({
  hours,
  values: values.map((value) => (value > 0 ? Math.log(value) : Number.NaN)),
});

/**
 * Restarts before the end: as they are known, else as other series show them by then, else as this series does. What is read
 * after collections falls for no collection: a process that began again, or a cache that was emptied.
 */
function restartsOf(
  { restarts, shownRestarts = [], collected }: Question,
  { falls }: Falls,
  spanHours: number,
): number[] {
  const shown = shownRestarts.flatMap(({ hour, knownHour }) => (knownHour <= spanHours ? [hour] : []));
  const own = (): number[] => falls.flatMap(({ kind, hour }) => (collected || kind === 'restart' ? [hour] : []));
  return (restarts ?? (shown.length > 0 ? shown : own())).filter((hour) => hour < spanHours);
}

/** Falls that no restart explains. */
const collectionsOf = ({ falls }: Falls, restarts: readonly number[]): Answer['collections'] =>
  falls.filter(({ hour, kind }) => kind === 'collection' && !restarts.some((at) => Math.abs(at - hour) < 0.5));

/** A fall by this share of the level empties something; more falls than this are a sawtooth. */
const DEEP_SHARE = 0.05;
const MOST_EMPTIED = 4;

function emptiedOf(collections: Answer['collections'], raw: Float64Array): number[] {
  const level = Math.abs(quantileOf(raw, 0.5));
  const deep = collections.filter(({ size }) => size > DEEP_SHARE * level).map(({ hour }) => hour);
  return deep.length > MOST_EMPTIED ? [] : deep;
}

/** 1 for each bin that has a value, at a load that held still, and is warm, judged, and not part of an excursion or a fall. */
function observedBins(raw: Float64Array, question: Question, seen: Falls, setting: Setting): Uint8Array {
  const { binHours: width, starts, collections, load } = setting;
  const cold = [0, ...starts.map((bin) => bin * width)].map((hour) => ({
    fromHour: hour,
    untilHour: hour + WARM_UP_HOURS,
  }));
  const within = collections.map((hour) => {
    const fromHour = Math.floor(hour / width) * width;
    return { fromHour, untilHour: fromHour + width };
  });
  const out = [...question.leftOut, ...seen.excursions, ...cold, ...within];
  return Uint8Array.from(raw, (value, bin) => {
    const from = bin * width + 1e-9;
    const to = from + width - 2e-9;
    if (load?.steady[bin] === 0) return 0;
    return Number.isFinite(value) && !out.some(({ fromHour, untilHour }) => from < untilHour && to > fromHour) ? 1 : 0;
  });
}

/** How a count rises that never falls while its process lives; null for one that does fall. */
function staircaseOf(
  raw: Float64Array,
  observed: Uint8Array,
  starts: readonly number[],
  width: number,
): Answer['staircase'] {
  let most = Number.POSITIVE_INFINITY;
  let rises = 0;
  let latest = 0;
  for (let bin = 0; bin < raw.length; bin++) {
    if (starts.includes(bin)) most = Number.POSITIVE_INFINITY;
    const value = raw[bin] ?? Number.NaN;
    if (observed[bin] !== 1) continue;
    if (value < most - 0.5 && most !== Number.POSITIVE_INFINITY) return null;
    if (value > most + 0.5) {
      rises++;
      latest = bin;
    }
    most = most === Number.POSITIVE_INFINITY ? value : Math.max(most, value);
  }
  return { rises, sinceHours: (raw.length - latest) * width };
}

/** Rounding alone errs by this much: a series of few distinct values is not known better than its steps. */
function roundingVariance(values: Float64Array, unit: number): number {
  const quantum = quantumOf(values) / unit;
  // A twelfth of a step's square, and a bin holds several readings.
  return Math.max(1e-10, (quantum * quantum) / 48);
}
