/**
 * The rule of Kayenta's canary judge (spinnaker/kayenta, MannWhitneyClassifier): the 98 % interval of the Hodges-Lehmann
 * shift from control to experiment must lie above a quarter of the shift itself. Control is the first quarter of the run
 * so far without its first hour, experiment the last one; means over a quarter of an hour.
 */
import { askedEveryHour, type Detector } from '../detector.ts';
import { medianOf } from '../moment.ts';
import { binned, countBefore } from './bins.ts';

const BIN_MINUTES = 15;
const TOLERANCE = 0.25;
/** Normal quantile of a two-sided 98 % interval. */
const Z_98 = 2.326348;
const LEAST_BINS = 4;

export const mannWhitney: Detector = {
  name: 'kayenta rule',
  judge: (trace) =>
    trace.series.map(({ name, values }) => {
      const bins = binned(trace.hours, values, BIN_MINUTES);
      return {
        name,
        ...askedEveryHour(trace.lengthHours, (hour) => {
          const [from, to] = [countBefore(bins.hours, 1), countBefore(bins.hours, hour)];
          const quarter = Math.floor((to - from) / 4);
          if (quarter < LEAST_BINS) return false;
          const shift = hodgesLehmann(
            bins.values.subarray(from, from + quarter),
            bins.values.subarray(to - quarter, to),
          );
          return shift.low > TOLERANCE * Math.abs(shift.estimate);
        }),
        percentPer24h: null,
      };
    }),
};

/**
 * How far the second sample lies above the first: the median of all differences, with the interval of Hodges and Lehmann
 * (1963) in the normal approximation of the Mann-Whitney statistic.
 */
export function hodgesLehmann(
  control: Float64Array,
  experiment: Float64Array,
): { estimate: number; low: number; high: number } {
  const differences = new Float64Array(control.length * experiment.length);
  for (const [row, after] of experiment.entries()) {
    for (const [column, before] of control.entries()) differences[row * control.length + column] = after - before;
  }
  differences.sort();
  const [m, n] = [control.length, experiment.length];
  const half = Z_98 * Math.sqrt((m * n * (m + n + 1)) / 12);
  const rank = Math.max(0, Math.round((m * n) / 2 - half) - 1);
  const estimate = medianOf(differences);
  return {
    estimate,
    low: differences[rank] ?? estimate,
    high: differences[differences.length - 1 - rank] ?? estimate,
  };
}
