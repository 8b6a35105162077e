import type { Clocked } from './bins.ts';
import type { GrowthClock } from './explanations.ts';

/** What is asked of a series, and all that is known beside its numbers. */
export interface Question {
  /** `growth`: memory, connections; in proportion to the level. `drift`: latency; by its logarithm. */
  readonly kind: 'growth' | 'drift';
  readonly readings: Clocked;
  /** Planned load by the same clock; null when nobody knows it. */
  readonly load: Clocked | null;
  /** Hours at which the process started again, from its identity; null: nobody knows, they are looked for. */
  readonly restarts: readonly number[] | null;
  /** Restarts that the series beside it show, where nobody knows them. Each counts from the hour on at which it is known. */
  readonly shownRestarts?: readonly ShownRestart[];
  /** What is read waits for no collector (heap after collection): a rise is not the first half of a sawtooth. */
  readonly collected: boolean;
  /** It is memory, though its readings may be small whole numbers: megabytes count nothing. */
  readonly isMemory?: true;
  /** Hours that are not judged: warm-up, outages, excluded ones. */
  readonly leftOut: readonly { fromHour: number; untilHour: number }[];
}

/** A fall that could only be a restart. */
export interface ShownRestart {
  readonly hour: number;
  /** All that tells it from another fall stands before this hour. */
  readonly knownHour: number;
}

/** How a series moved up to one instant. Rates are shares of the level an hour (drift: of the logarithm an hour). */
export interface Answer {
  /** `explained`: something else does as well as growth, or better. */
  readonly finding: 'constant' | 'nothing' | 'explained' | 'growth';
  readonly spanHours: number;
  /** Nothing that the series holds waits for a collector: the question says so, or it counts things. */
  readonly collected: boolean;
  /** Share of the level by which what fills still rose in a day when the run ended, in the best model: it may be no filling. */
  readonly fillingPerDay: number;
  /** Of a count that never falls while its process lives: bins in which it rose, and hours since it last did; null for all else. */
  readonly staircase: { readonly rises: number; readonly sinceHours: number } | null;
  /** Twice the log odds of growth against the best explanation without it; negative infinity when nothing grows at all. */
  readonly evidence: number;
  /** What of the evidence against growth is only that the filling which would explain it is rare; twice a log, as the evidence. */
  readonly rarity: number;
  /** Estimate over all models, each by its evidence, signed. */
  readonly ratePerHour: number;
  /** Standard error of it, between the models included. */
  readonly rateError: number;
  /** Observations that count for the error, less what was fitted. */
  readonly degrees: number;
  /** Standard error of the growth in the best model without growth: what could have been seen; null where it cannot be told from the rest. */
  readonly soloError: number | null;
  /** Level without the growth, at median load, warm and filled; unit of the series (milliseconds, for latency). */
  readonly level: number;
  readonly clock: GrowthClock;
  /** By how much it explains the growth better than the other clock; twice a log. 0 where the two cannot differ. */
  readonly clockEvidence: number;
  /** Hours at mean load a request count of 1000 stands for; null without a known load. */
  readonly requestsPerHour: number | null;
  readonly onsetHour: number;
  /** Share of the level (logarithm) that was gained since the onset. */
  readonly grown: number;
  /** Standard deviation of a bin about the model. */
  readonly noiseSpread: number;
  /** Size of the largest filling or warming up beside it. */
  readonly fillingSize: number;
  /** Slope of the second half of the grown span over that of all, and over its own error. */
  readonly secondHalf: { readonly share: number; readonly z: number };
  /** Share of growth with time, or with requests, that the load leaves. */
  readonly separateShare: number;
  readonly steps: readonly { readonly hour: number; readonly size: number }[];
  readonly restarts: readonly number[];
  /** Falls after the onset that no restart explains, sizes in the unit of the series: collections, and steps down. */
  readonly collections: readonly { readonly hour: number; readonly size: number }[];
  /** The growth needs collections beside it. */
  readonly hasCollections: boolean;
  /** What the best model without growth is made of, and what stands beside the growth. */
  readonly rival: readonly string[];
  readonly beside: readonly string[];
}
