/** What a detector is given: the traces of one soak run, with the truth beside them for whoever scores it. */

/** `growth`: memory, connections, descriptors, threads. `drift`: latency percentiles. */
export type SeriesKind = 'growth' | 'drift';

/** The truth about one series. A detector must not read it. */
export interface Truth {
  faulty: boolean;
  /**
   * Growth in percent of `level` in 24 h, the mean from the onset to the end; 0 for a healthy series. For a drift it is
   * `totalPercent` spread evenly over the time since the onset.
   */
  percentPer24h: number;
  /** How much higher a drifting latency is at the end of the run, at like load, in percent; null for growth series. */
  totalPercent: number | null;
  /** When the fault begins to act, in hours of the run; 0 for a healthy series. */
  onsetHour: number;
  /**
   * The level without the fault, in the series' unit: at median load, warm-up over, caches filled, garbage just
   * collected. All percentages of growth are percentages of it.
   */
  level: number;
}

export interface TraceSeries {
  name: string;
  kind: SeriesKind;
  /** One value a reading of the trace's clock; NaN where there is none. */
  values: Float64Array;
  truth: Truth;
  /** Evidence: each value was read right after a full collection, so garbage is not in it. */
  collected?: true;
}

/** A stretch at one fixed rate that was scheduled for the sake of the measurement. */
export interface CalibrationWindow {
  fromHour: number;
  toHour: number;
  rpm: number;
}

/** What soakd knows about a run and a bare table of numbers does not say. */
export interface Evidence {
  /** When another process took over (by process id and start time), in hours of the run; the start itself is not listed. */
  processStartHours: number[];
  calibration: CalibrationWindow[];
}

export interface Trace {
  /** Family and seed: enough to make the trace again. */
  family: string;
  seed: number;
  /** Length of the run in hours of profile time. */
  lengthHours: number;
  /** When each reading was taken, in hours since the start: ascending, with jitter and gaps. */
  hours: Float64Array;
  /** Requests a minute at each reading, NaN where there is none; null when no load is known. */
  loadRpm: Float64Array | null;
  series: TraceSeries[];
  evidence: Evidence | null;
}
