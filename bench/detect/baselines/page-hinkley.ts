/**
 * Page-Hinkley test for a rise of the mean: Page (1954), Biometrika 41; Hinkley (1971), Biometrika 58. Five-minute means in
 * units of the standard deviation of hours 1 to 7; δ is half of such a deviation, λ fifty (the usual default). The alarm
 * stands while the sum lies more than λ above its lowest point.
 */
import { askedEveryHour, type Detector, type SeriesChangePoints } from '../detector.ts';
import { binned, countBefore, meanOf } from './bins.ts';

const BIN_MINUTES = 5;
const LEARN_FROM_HOUR = 1;
const LEARN_TO_HOUR = 7;
const DELTA = 0.5;
const LAMBDA = 50;

export const pageHinkley: Detector = {
  name: 'page-hinkley',
  judge: (trace) =>
    trace.series.map(({ name, values }) => {
      const bins = binned(trace.hours, values, BIN_MINUTES);
      const [from, to] = [countBefore(bins.hours, LEARN_FROM_HOUR), countBefore(bins.hours, LEARN_TO_HOUR)];
      const heights = pageHinkleyHeights(bins.values, from, to);
      return {
        name,
        ...askedEveryHour(trace.lengthHours, (hour) => {
          const count = countBefore(bins.hours, hour);
          return (heights[count - 1] ?? 0) > LAMBDA;
        }),
        percentPer24h: null,
      };
    }),

  changePoints: (trace) =>
    trace.series.map(({ name, values }): SeriesChangePoints => {
      const present = values.filter((value) => !Number.isNaN(value));
      const hours = trace.hours.filter((_, index) => !Number.isNaN(values[index] ?? Number.NaN));
      return { name, hours: bothWays(present).map((index) => hours[index] ?? 0) };
    }),
};

/** How far the sum of deviations lies above its lowest point, after each value; the mean is learnt between two indices. */
export function pageHinkleyHeights(values: Float64Array, from: number, to: number): Float64Array {
  const learnt = values.subarray(from, to);
  const mean = meanOf(learnt);
  const deviation = Math.sqrt(meanOf(learnt.map((value) => (value - mean) ** 2)));
  if (!(deviation > 0)) return new Float64Array(values.length);
  let [sum, lowest] = [0, 0];
  return values.map((value, index) => {
    if (index < to) return 0;
    sum += (value - mean) / deviation - DELTA;
    lowest = Math.min(lowest, sum);
    return sum - lowest;
  });
}

const LEARN_READINGS = 20;
const CHANGE_LAMBDA = 12;

/** Change points up and down: after each alarm it learns anew from the readings that follow. */
function bothWays(values: Float64Array): number[] {
  const found: number[] = [];
  for (let start = 0; start + LEARN_READINGS < values.length; ) {
    const rest = values.subarray(start);
    const up = pageHinkleyHeights(rest, 0, LEARN_READINGS);
    const down = pageHinkleyHeights(
      rest.map((value) => -value),
      0,
      LEARN_READINGS,
    );
    const alarm = up.findIndex((height, index) => Math.max(height, down[index] ?? 0) > CHANGE_LAMBDA);
    if (alarm < 0) break;
    // The change began where the sum last left its lowest point.
    const side = (up[alarm] ?? 0) > CHANGE_LAMBDA ? up : down;
    const began = side.subarray(0, alarm).lastIndexOf(0) + 1;
    found.push(start + began);
    start += Math.max(began, 1);
  }
  return found;
}
