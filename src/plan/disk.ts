import type { ArrivalPlan } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { WINDOW_MS } from '../model/window.ts';
import { requestsBetween } from './rate.ts';

/** Bytes that a run will take; an estimate for checks before it begins (docs/profile.md, "Disk"). */
export interface DiskNeeded {
  /** Rows in the store: counters, merged sketches, samples. Kept. */
  storeBytes: number;
  /** Records that k6 writes, uncompressed. Deleted after the run's retention. */
  spoolBytes: number;
}

/** Store: sketches are merged to five minutes. */
const SKETCH_STEP_MS = 300_000;
/** Counters of one window, and of one request name in it, packed. */
const ROW_BYTES = 60;
const CELL_BYTES = 16;
/** One sample: min, mean, max, last. */
const SAMPLE_BYTES = 32;
/** A sketch is this plus so much for each bin that is not empty. */
const SKETCH_BYTES = 40;
const BIN_BYTES = 2.5;
/** A line of the spool without its requests, and one request name in it; bins are base64 there. */
const RECORD_BYTES = 520;
const RECORD_CELL_BYTES = 150;
/** Series of one source, of k6 and of soakd itself. */
const SERIES_OF_SOURCE = 12;
const OWN_SERIES = 10;
/** Names of a user's own script are not known beforehand. */
const NAMES_OF_SCRIPT = 20;
/** Bins that log-normal durations (σ about 0.5) fill at 0.5 % relative error, however many there are. */
const MOST_BINS = 300;

/** Disk for the whole run, from the plan's requests, the request names and the samplers. */
export function diskNeeded(profile: Profile, plan: ArrivalPlan): DiskNeeded {
  const lengthMs = plan.endMs - plan.startMs;
  const names = requestNames(profile);
  const perMs = requestsBetween(plan, plan.startMs, plan.endMs) / lengthMs / names;
  const windows = lengthMs / WINDOW_MS;
  const series = profile.monitoring.samplers.length * SERIES_OF_SOURCE + OWN_SERIES;
  const samples = (lengthMs / Math.max(1000, profile.monitoring.intervalMs / plan.compression)) * series;
  const sketches = (lengthMs / SKETCH_STEP_MS) * names;
  return {
    storeBytes:
      windows * (ROW_BYTES + names * CELL_BYTES) +
      sketches * (SKETCH_BYTES + BIN_BYTES * binsOf(perMs * SKETCH_STEP_MS)) +
      samples * SAMPLE_BYTES,
    spoolBytes:
      windows * (RECORD_BYTES + names * (RECORD_CELL_BYTES + (4 / 3) * BIN_BYTES * binsOf(perMs * WINDOW_MS))),
  };
}

function requestNames({ workload }: Profile): number {
  if (workload.kind === 'requests') return workload.requests.length;
  return workload.kind === 'chat' ? 1 : NAMES_OF_SCRIPT;
}

/** Expected bins that are not empty after `count` values. */
const binsOf = (count: number): number => MOST_BINS * (1 - Math.exp(-count / MOST_BINS));
