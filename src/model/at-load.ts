/** Readings of one quantity by the load at which they were taken, made small: what another run can be held against. */
export interface AtLoad {
  /** Of one reading around the mean of its load, all loads together. */
  variance: number;
  /** So many readings tell as much as one that is independent of its neighbours; 1 where all are. */
  inflation: number;
  /** How far a reading may lie from what it stands for, however many there are, because it was rounded; absent: it was not. */
  resolution?: number;
  /** Degrees of freedom of the variance, neighbours allowed for. */
  degrees: number;
  bins: {
    /** `loadBin` of the planned rate. */
    load: number;
    readings: number;
    mean: number;
    /** Of the run at this load, for example its requests. */
    weight: number;
  }[];
}

/** Loads a quarter apart are two. */
const LOAD_STEP = Math.log(1.25);

/** Which loads are alike: the planned rate on a logarithmic scale in steps of a quarter; null where nothing is planned. */
export const loadBin = (requestsPerMinute: number): number | null =>
  requestsPerMinute > 0 ? Math.round(Math.log(requestsPerMinute) / LOAD_STEP) : null;
