/** The marked series of bench/detect/real as the change points are asked of them. */
import { median } from '../../src/detect/order-statistics.ts';
import { nabSeries } from '../detect/real/nab.ts';
import { markedSeries } from '../detect/real/tcpd.ts';

export interface MarkedSeries {
  name: string;
  values: number[];
  /** Places marked by each person. */
  marks: number[][];
}

/** Series of the Turing Change Point Dataset of one dimension below `folder`; a reading that is missing is NaN. */
export const readTcpd = (folder: string): MarkedSeries[] =>
  markedSeries(folder).map(({ name, trace, marks }) => ({ name, values: [...(trace.series[0]?.values ?? [])], marks }));

export interface WindowedSeries {
  name: string;
  /** Hours since the first reading. */
  hours: Float64Array;
  /** Median of each hour; NaN without a reading. */
  values: Float64Array;
  /** Hours between which people saw something wrong. */
  windows: [number, number][];
}

/** Series of the Numenta Anomaly Benchmark below `folder`, by the hour. */
export const readNab = (folder: string): WindowedSeries[] =>
  nabSeries(folder).map(({ name, trace, windows }) => {
    const byHour = Map.groupBy(trace.hours.keys(), (at) => Math.floor(trace.hours[at] ?? 0));
    const count = Math.max(...byHour.keys()) + 1;
    const valuesOf = (hour: number): number[] =>
      (byHour.get(hour) ?? []).map((at) => trace.series[0]?.values[at] ?? Number.NaN);
    return {
      name,
      hours: Float64Array.from({ length: count }, (_, hour) => hour),
      values: Float64Array.from({ length: count }, (_, hour) => median(valuesOf(hour))),
      windows: windows.map(({ fromHour, toHour }) => [fromHour, toHour]),
    };
  });
