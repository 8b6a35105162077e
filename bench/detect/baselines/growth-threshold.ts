/** What most alert rules do: the mean of the last hour against that of the second hour, and a call above 20 %. */
import { askedEveryHour, type Detector } from '../detector.ts';
import { binned } from './bins.ts';

const THRESHOLD = 1.2;

export const growthThreshold: Detector = {
  name: 'growth 20 %',
  judge: (trace) =>
    trace.series.map(({ name, values }) => {
      const hourly = binned(trace.hours, values, 60);
      const byHour = new Map(
        Array.from(hourly.values, (value, index) => [Math.floor(hourly.hours[index] ?? 0), value]),
      );
      // The first hour is warm-up.
      const before = hourly.values.find((_, index) => (hourly.hours[index] ?? 0) > 1) ?? Number.NaN;
      return {
        name,
        ...askedEveryHour(trace.lengthHours, (hour) => (byHour.get(hour - 1) ?? Number.NaN) > THRESHOLD * before),
        percentPer24h: null,
      };
    }),
};
