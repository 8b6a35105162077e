/** A second is the shortest interval: what a rehearsal would need beyond that costs more than it tells. */
const SHORTEST_INTERVAL_MS = 1_000;

/** Real time between two samples: the profile's interval, as much shorter as a rehearsal is compressed. */
export const sampleIntervalMs = (intervalMs: number, compression: number): number =>
  Math.max(SHORTEST_INTERVAL_MS, Math.round(intervalMs / compression));
