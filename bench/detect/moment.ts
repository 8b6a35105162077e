/** What a component of a series may know at each reading: the time, the load, the age of the process. */

export interface Moment {
  /** Hours since the start of the run. */
  hour: number;
  /** Time of day, 0 to 24. */
  clockHour: number;
  /** Hours since the reading before; the spacing at the first one. */
  stepHours: number;
  /** Load as a multiple of its median over the run. */
  load: number;
  /** Load as a share of its highest value in the run. */
  loadOfPeak: number;
  /** Age of the process, in hours. It may have run before the run began. */
  ageHours: number;
  /** Requests that the process has served, in hours of mean load. */
  servedHours: number;
  /** The first reading of a new process. */
  fresh: boolean;
}

export interface ProcessHistory {
  /** Age at the start of the run, in hours. */
  initialAgeHours: number;
  /** When it was replaced, in hours of the run, ascending. */
  startHours: readonly number[];
}

export function momentsOf(
  hours: Float64Array,
  trueRpm: Float64Array,
  startsAtClockHour: number,
  spacingSeconds: number,
  process: ProcessHistory,
): Moment[] {
  const median = medianOf(trueRpm) || 1;
  const mean = trueRpm.reduce((sum, rpm) => sum + rpm, 0) / Math.max(1, trueRpm.length) || 1;
  const peak = trueRpm.reduce((most, rpm) => Math.max(most, rpm), 0) || 1;
  const starts = [...process.startHours];
  let bornHour = -process.initialAgeHours;
  let servedHours = process.initialAgeHours;
  let before = -spacingSeconds / 3600;
  return Array.from(hours, (hour, index) => {
    const rpm = trueRpm[index] ?? 0;
    const stepHours = hour - before;
    before = hour;
    let fresh = false;
    for (let next = starts[0]; next !== undefined && next <= hour; next = starts[0]) {
      starts.shift();
      bornHour = next;
      servedHours = 0;
      fresh = true;
    }
    servedHours += (rpm / mean) * Math.min(stepHours, hour - bornHour);
    return {
      hour,
      clockHour: (hour + startsAtClockHour) % 24,
      stepHours,
      load: rpm / median,
      loadOfPeak: rpm / peak,
      ageHours: hour - bornHour,
      servedHours,
      fresh,
    };
  });
}

export function medianOf(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
