import { contains, type Stretch } from '../base/stretches.ts';
import type { Interval } from './intervals.ts';
import { meanOfRanks } from './order-statistics.ts';
import { type Estimate, robustRegression, weightedRest } from './robust-regression.ts';

export interface GrowthInput {
  /** Ascending. For memory the lowest reading of each interval, for counts the mean. */
  samples: readonly { atMs: number; value: number }[];
  /** Distance of samples, real time. */
  intervalMs: number;
  /** Profile time passes this much faster than real time. */
  compression: number;
  /** Starts of the target's process within the samples: each begins a level of its own. */
  restartsMs: readonly number[];
  /** Only samples in these count (ascending, disjoint). */
  judged: readonly Stretch[];
  /** Planned requests a minute over a stretch of real time: the regressor. */
  meanLoad(fromMs: number, untilMs: number): number;
  /** True for memory: bins stand for the floors of a sawtooth. */
  floors: boolean;
}

/** What takes the place of growth when a trend does not survive a rival explanation. */
export type RivalExplanation = 'saturates' | 'stepped' | 'stopped';

export interface Growth {
  finding: 'growing' | 'shrinking' | 'flat' | 'too_early' | 'no_data';
  /** Growth per 24 h of profile time, in the unit of the series; null when nothing could be fitted. */
  per24h: number | null;
  /** 95 %. */
  interval: Interval | null;
  /** Two-sided, of the trend being 0; null when nothing could be fitted. */
  pValue: number | null;
  /** The smallest growth per 24 h that would have been seen with 80 % power at 5 %. */
  smallestDetectablePer24h: number | null;
  /** Fitted level at the first judged bin, at mean load. */
  startLevel: number | null;
  /** Growth per 1000 requests of planned load, at any compression. */
  per1000Requests: number | null;
  /** The trend was significant, but this explains it as well. */
  rival: RivalExplanation | null;
  /** Growth per 24 h over the second half alone, where a settling is over. */
  lately: { per24h: number; interval: Interval } | null;
  /** Judged ones. */
  samples: number;
  bins: number;
  /** Profile time between first and last bin. */
  spanHours: number;
}

export const HOUR_MS = 3_600_000;

/** Fewer bins cannot carry a trend, a load and the correlation of what is left. */
export const MIN_BINS = 16;
/** Growth per 24 h is not said of less than a quarter of it. */
export const MIN_GROWTH_HOURS = 6;
/** A process that lived for fewer bins has a level but no trend. */
const MIN_BINS_OF_STRETCH = 4;
const BIN_MS = 30 * 60_000;
const WANTED_BINS = 48;
const SAMPLES_PER_BIN = 10;
/** Leak and rival fitted jointly: the leak must keep this many standard errors. */
const RIVAL_Z = 2;
/** The second half must show this share of the trend of the whole. */
const LASTING_SHARE = 0.35;
/** 97.5 % + 80 % quantiles of the normal distribution: the usual smallest detectable effect (Lehr 1992). */
const DETECTABLE_Z = 2.8;
const ALPHA = 0.05;

interface Bin {
  /** Hours of profile time since the first sample. */
  hours: number;
  /** The same in planned load: hours of mean load since then, so that both clocks end together. */
  loadHours: number;
  value: number;
  load: number;
  /** Index of the process. */
  life: number;
}

/**
 * Growth of a series with the load taken out: `level(life) + trend · t + a · load`, t in hours or in hours of mean load,
 * whichever fits better, fitted robustly to bins, one level for each life of the process and one trend for all. The load is the *planned* rate, because what was achieved reacts to the target.
 * A significant trend is `growing` only when it survives a saturation, a single step, and lasts through the second half
 * (Machida, Andrzejak, Matias 2013, on trend tests that raise false alarms; docs/detection.md).
 */
export function growthOf(input: GrowthInput): Growth {
  const bins = binsOf(input);
  const spanHours = spanOf(bins);
  const samples = input.samples.filter(({ atMs }) => contains(input.judged, atMs)).length;
  const none: Growth = {
    finding: 'no_data',
    per24h: null,
    interval: null,
    pValue: null,
    smallestDetectablePer24h: null,
    startLevel: null,
    per1000Requests: null,
    rival: null,
    lately: null,
    samples,
    bins: bins.length,
    spanHours,
  };
  if (samples === 0) return none;
  const fit = bins.length < MIN_BINS ? null : fitByEitherClock(bins);
  if (fit === null) return { ...none, finding: 'too_early' };

  const { trend, startLevel } = fit;
  const per24h = trend.value * 24;
  const meanLoadPerMinute = bins.reduce((sum, { load }) => sum + load, 0) / bins.length;
  const requestsPerProfileHour = (meanLoadPerMinute * 60) / input.compression;
  const measured: Growth = {
    ...none,
    finding: 'flat',
    per24h,
    interval: { low: trend.low * 24, high: trend.high * 24 },
    pValue: trend.pValue,
    smallestDetectablePer24h: DETECTABLE_Z * trend.standardError * 24,
    startLevel,
    lately: lately(bins, fit.clock),
    per1000Requests: requestsPerProfileHour > 0 ? (trend.value / requestsPerProfileHour) * 1000 : null,
  };
  if (spanHours < MIN_GROWTH_HOURS) return { ...measured, finding: 'too_early' };
  if (trend.pValue > ALPHA) return measured;
  if (trend.value < 0) return { ...measured, finding: 'shrinking' };
  const rival = rivalOf(bins, fit);
  return rival === null ? { ...measured, finding: 'growing' } : { ...measured, finding: 'flat', rival };
}

const spanOf = (bins: readonly Bin[]): number => (bins.at(-1)?.hours ?? 0) - (bins[0]?.hours ?? 0);

/** Width of a bin in real time: half an hour of profile time, or what ten samples need, but not so wide that too few are left. */
function binWidthMs({ samples, intervalMs, compression }: GrowthInput): number {
  const spanMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0) + intervalMs;
  const byTime = Math.min(BIN_MS / compression, spanMs / WANTED_BINS);
  const bySamples = Math.min(SAMPLES_PER_BIN * intervalMs, spanMs / (1.5 * MIN_BINS));
  return Math.max(intervalMs, Math.ceil(Math.max(byTime, bySamples) / intervalMs) * intervalMs);
}

function binsOf(input: GrowthInput): Bin[] {
  const { samples, compression, restartsMs, floors } = input;
  const first = samples[0];
  if (first === undefined) return [];
  const widthMs = binWidthMs(input);
  const starts = restartsMs.toSorted((a, b) => a - b);
  const bins: Bin[] = [];
  let life = 0;
  for (let at = 0; at < samples.length; ) {
    const begin = samples[at];
    if (begin === undefined) break;
    let fromMs = first.atMs + Math.floor((begin.atMs - first.atMs) / widthMs) * widthMs;
    while (life < starts.length && (starts[life] ?? 0) <= begin.atMs) life++;
    // A restart inside ends the bin: it never mixes two processes.
    const untilMs = Math.min(fromMs + widthMs, starts[life] ?? Number.POSITIVE_INFINITY);
    fromMs = Math.max(fromMs, starts[life - 1] ?? 0);
    const values: number[] = [];
    for (; at < samples.length; at++) {
      const sample = samples[at];
      if (sample === undefined || sample.atMs >= untilMs) break;
      if (contains(input.judged, sample.atMs)) values.push(sample.value);
    }
    if (values.length < Math.min(3, widthMs / input.intervalMs)) continue;
    bins.push({
      hours: (((fromMs + untilMs) / 2 - first.atMs) * compression) / HOUR_MS,
      loadHours: 0,
      value: floors ? meanOfRanks(values, 0.1, 0.45) : meanOfRanks(values, 0.15, 0.85),
      load: input.meanLoad(fromMs, untilMs),
      life,
    });
  }
  return onBothClocks(settledLives(bins), input);
}

/** Adds the clock of planned load, scaled so that both clocks end together. */
function onBothClocks(bins: readonly Bin[], { samples, compression, meanLoad }: GrowthInput): Bin[] {
  const firstMs = samples[0]?.atMs ?? 0;
  const realMs = (hours: number): number => firstMs + (hours * HOUR_MS) / compression;
  let served = 0;
  const totals = bins.map(({ hours }, at) => {
    const before = bins[at - 1]?.hours ?? hours;
    if (hours > before) served += (hours - before) * meanLoad(realMs(before), realMs(hours));
    return served;
  });
  const scale = served > 0 ? spanOf(bins) / served : 0;
  return bins.map((bin, at) => ({ ...bin, loadHours: (totals[at] ?? 0) * scale }));
}

/** Leaves out the first tenth of each life after a restart (warm-up), at most an hour, and lives too short for a trend. */
function settledLives(bins: readonly Bin[]): Bin[] {
  return [...Map.groupBy(bins, ({ life }) => life)].flatMap(([life, own]) => {
    const begin = own[0]?.hours ?? 0;
    const warmUp = life === 0 ? 0 : Math.min(1, spanOf(own) / 10);
    const settled = own.filter(({ hours }) => hours >= begin + warmUp);
    return settled.length >= MIN_BINS_OF_STRETCH ? settled : [];
  });
}

type TrendClock = 'hours' | 'loadHours';

interface TrendFit {
  clock: TrendClock;
  trend: Estimate;
  startLevel: number;
  scale: number;
  columns: number[][];
  weights: number[];
}

/** A load that is constant but for rounding explains nothing and would only be a second constant. */
function loadVaries(bins: readonly Bin[]): boolean {
  const mean = bins.reduce((sum, { load }) => sum + load, 0) / bins.length;
  return Math.hypot(...bins.map(({ load }) => load - mean)) > 1e-3 * mean * Math.sqrt(bins.length);
}

/**
 * A leak grows with time or with requests; under a load that varies the two differ. The clock that fits better is taken, and the
 * choice between two paid for (Bonferroni).
 */
function fitByEitherClock(bins: readonly Bin[]): TrendFit | null {
  const byTime = fitTrend(bins, 'hours');
  const byLoad = loadVaries(bins) ? fitTrend(bins, 'loadHours') : null;
  if (byTime === null || byLoad === null) return byTime ?? byLoad;
  const fit = byLoad.scale < byTime.scale ? byLoad : byTime;
  return { ...fit, trend: { ...fit.trend, pValue: Math.min(1, 2 * fit.trend.pValue) } };
}

function fitTrend(bins: readonly Bin[], clock: TrendClock, extra: readonly number[][] = []): TrendFit | null {
  const lives = [...new Set(bins.map(({ life }) => life))];
  const levels = lives.map((life) => bins.map((bin) => (bin.life === life ? 1 : 0)));
  const origin = bins[0]?.[clock] ?? 0;
  const hours = bins.map((bin) => bin[clock] - origin);
  const meanLoad = bins.reduce((sum, { load }) => sum + load, 0) / bins.length;
  const loads = bins.map(({ load }) => load - meanLoad);
  const columns = [...levels, hours, ...(loadVaries(bins) ? [loads] : []), ...extra];
  const y = bins.map(({ value }) => value);
  const fit = robustRegression(y, columns);
  const trend = fit?.coefficients[levels.length];
  const level = fit?.coefficients[0];
  if (fit === null || trend === undefined || level === undefined) return null;
  return { clock, trend, startLevel: level.value, scale: fit.scale, columns, weights: fit.weights };
}

/** The first rival that explains the trend as well, or null: then it is growth. */
function rivalOf(bins: readonly Bin[], fit: TrendFit): RivalExplanation | null {
  const late = fitTrend(bins.slice(bins.length >> 1), fit.clock);
  if (late !== null && late.trend.value < LASTING_SHARE * fit.trend.value) return 'stopped';
  if (!survives(bins, fit, saturations(bins))) return 'saturates';
  if (!survives(bins, fit, steps(bins))) return 'stepped';
  return null;
}

/** Adds the candidate that fits best, and looks whether the trend is still there beside it. */
function survives(bins: readonly Bin[], fit: TrendFit, candidates: readonly number[][]): boolean {
  const y = bins.map(({ value }) => value);
  let best: number[] | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const rest = weightedRest(y, [...fit.columns, candidate], fit.weights);
    if (rest !== null && rest < least) {
      least = rest;
      best = candidate;
    }
  }
  if (best === null) return true;
  const trend = fitTrend(bins, fit.clock, [best])?.trend;
  return trend === undefined || trend.value > RIVAL_Z * trend.standardError;
}

/** `1 − e^(−age/τ)` for τ from a 48th to half of the span, by the age of the process: heaps that warm up, caches that fill. */
function saturations(bins: readonly Bin[]): number[][] {
  const span = spanOf(bins);
  const begins = new Map<number, number>();
  for (const { life, hours } of bins) if (!begins.has(life)) begins.set(life, hours);
  return [48, 24, 12, 6, 3, 2].map((part) =>
    bins.map(({ life, hours }) => 1 - Math.exp(-((hours - (begins.get(life) ?? 0)) * part) / span)),
  );
}

/** One step at each of the inner bins, at most forty of them: a deploy, a table that doubled. */
function steps(bins: readonly Bin[]): number[][] {
  const margin = Math.ceil(bins.length / 10);
  const stride = Math.max(1, Math.floor(bins.length / 40));
  const places: number[][] = [];
  for (let place = margin; place <= bins.length - margin; place += stride)
    places.push(bins.map((_, at) => (at >= place ? 1 : 0)));
  return places;
}

function lately(bins: readonly Bin[], clock: TrendClock): Growth['lately'] {
  const half = bins.slice(bins.length >> 1);
  const trend = spanOf(half) < MIN_GROWTH_HOURS ? undefined : fitTrend(half, clock)?.trend;
  if (trend === undefined) return null;
  return { per24h: trend.value * 24, interval: { low: trend.low * 24, high: trend.high * 24 } };
}
