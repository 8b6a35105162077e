import type { Readings } from './readings.ts';

/** What may explain a series beside its noise. */
export interface Explanation {
  /** `step`: a new level from the point `at` on. `bend`: column `at` of the slow explanations. */
  readonly kind: 'step' | 'bend';
  readonly at: number;
}

/** The columns of a series, before whitening. */
export interface Design {
  /** Always in the model: the level first, then the load, or the hours of the day in its place. */
  readonly base: readonly Float64Array[];
  /** What moves a level without a change point: a line first, then lines from later on, what fills up, what requests add up to. */
  readonly bends: readonly Float64Array[];
}

/** Places at which a line may begin or bend, as parts of the points. */
const KNOTS = 16;
/** Time constants of what fills up, as shares of the span. */
const SATURATIONS = [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2];
/** Waves that follow any usual day: its length, a half and a third of it. */
const HARMONICS = 3;

/** `cycleHours`: period after which the unknown load repeats; null: it does not. */
export function designOf({ hours, load }: Pick<Readings, 'hours' | 'load'>, cycleHours: number | null): Design {
  const count = hours.length;
  const first = hours[0] ?? 0;
  const span = (hours[count - 1] ?? 0) - first || 1;
  const time = hours.map((hour) => (hour - first) / span);
  const base: Float64Array[] = [new Float64Array(count).fill(1)];
  if (load !== null) base.push(load, centred(load.map((value) => value * value)));
  else if (cycleHours !== null && span >= 2 * cycleHours) {
    for (let harmonic = 1; harmonic <= HARMONICS; harmonic++) {
      const turns = (2 * Math.PI * harmonic * span) / cycleHours;
      base.push(
        time.map((part) => Math.sin(turns * part)),
        time.map((part) => Math.cos(turns * part)),
      );
    }
  }
  const bends = [centred(time)];
  for (let knot = 1; knot < KNOTS; knot++) {
    const from = time[Math.floor((knot * count) / KNOTS)] ?? 0;
    bends.push(time.map((part) => Math.max(0, part - from)));
  }
  for (const constant of SATURATIONS) bends.push(time.map((part) => 1 - Math.exp(-part / constant)));
  if (load !== null) bends.push(served(load, hours));
  return { base, bends };
}

/** What grows with each request: the load summed up. A line is taken for its mean, which is 0 here, elsewhere. */
function served(load: Float64Array, hours: Float64Array): Float64Array {
  let sum = 0;
  return centred(
    load.map((value, at) => {
      if (at > 0) sum += value * ((hours[at] ?? 0) - (hours[at - 1] ?? 0));
      return sum;
    }),
  );
}

/** The column of an explanation. */
export function columnOf(design: Design, { kind, at }: Explanation): Float64Array {
  const bend = kind === 'bend' ? design.bends[at] : undefined;
  return bend ?? new Float64Array(design.base[0]?.length ?? 0).fill(1, at);
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}
