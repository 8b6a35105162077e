/** soakd's own detectors, asked as a run asks them: hour by hour, with what is known beside the numbers. */
import { changesOfSeries } from '../../src/detect/columns/change-finder.ts';
import { type Followed, Trend } from '../../src/detect/trend/finding.ts';
import type { Detector } from './detector.ts';
import type { Trace, TraceSeries } from './trace.ts';

export const soakd: Detector = {
  name: 'soakd',
  judge: (trace) =>
    trace.series.map((series) => {
      const trend = new Trend(followed(trace, series), trace.series.length);
      const end = trend.at(trace.lengthHours);
      return {
        name: series.name,
        firstCalledHour: trend.firstCalledHour(trace.lengthHours),
        calledAtEnd: end.verdict === 'leak' || end.verdict === 'drift',
        percentPer24h: end.growthPercentPer24h,
      };
    }),
  changePoints: (trace) =>
    trace.series.map((series) => {
      const one = followed(trace, series);
      const { answer } = new Trend(one, trace.series.length).at(trace.lengthHours);
      return { name: series.name, hours: changesOfSeries(one, answer).map(({ hour }) => hour) };
    }),
};

export const followed = (trace: Trace, series: TraceSeries): Followed => ({
  name: series.name,
  kind: series.kind,
  readings: { hours: trace.hours, values: series.values },
  load: trace.loadRpm === null ? null : { hours: trace.hours, values: trace.loadRpm },
  restarts: trace.evidence?.processStartHours ?? null,
  collected: series.collected === true || hasNoCollector(trace),
  leftOut: [],
  limit: null,
});

/** A target whose process is known, and that offers no heap after collection, has none: a native service. */
const hasNoCollector = ({ evidence, series }: Trace): boolean =>
  evidence !== null && !series.some(({ collected }) => collected === true);
