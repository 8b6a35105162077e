import type { Clocked } from '../detect/trend/bins.ts';
import type { Profile } from '../model/profile.ts';
import type { SeriesInfo } from '../model/sample.ts';

/** Kind of the series that are not sampled but added up. */
const SUM_KIND = 'replicas';

/** A series of several replicas of one service, and the sum that is followed beside them. */
export interface ReplicaSum {
  /** `shop.rss_bytes` of the service `shop`. */
  series: SeriesInfo;
  members: readonly SeriesInfo[];
}

/**
 * The sums that are followed beside single replicas: behind a balancer or an autoscaler what leaks may be spread so that no
 * replica shows it. One for each series that two or more replicas of a service have, in the order of the profile.
 */
export function replicaSums(
  { monitoring }: Pick<Profile, 'monitoring'>,
  candidates: readonly SeriesInfo[],
): ReplicaSum[] {
  const serviceOf = new Map(
    monitoring.samplers.flatMap(({ name, replicaOf }) => (replicaOf === undefined ? [] : [[name, replicaOf] as const])),
  );
  const replicas = candidates.filter(({ source }) => serviceOf.has(source));
  const groups = Map.groupBy(replicas, ({ id, source }) => `${serviceOf.get(source)}${id.slice(source.length)}`);
  return [...groups].flatMap(([id, members]) => {
    const [first] = members;
    if (first === undefined || members.length < 2) return [];
    const source = serviceOf.get(first.source) ?? first.source;
    return [{ series: { ...first, id, source, kind: SUM_KIND }, members }];
  });
}

/** Where every one has a reading, their sum: of a replica that is not read nobody knows what it holds. */
export function sumOf(columns: readonly Clocked[]): Clocked {
  const [first, ...others] = columns;
  const hours: number[] = [];
  const values: number[] = [];
  const places = others.map(() => 0);
  first?.hours.forEach((hour, at) => {
    let sum = first.values[at] ?? Number.NaN;
    others.forEach((other, one) => {
      let place = places[one] ?? 0;
      while ((other.hours[place] ?? Number.POSITIVE_INFINITY) < hour) place++;
      places[one] = place;
      sum += other.hours[place] === hour ? (other.values[place] ?? Number.NaN) : Number.NaN;
    });
    if (Number.isNaN(sum)) return;
    hours.push(hour);
    values.push(sum);
  });
  return { hours: Float64Array.from(hours), values: Float64Array.from(values) };
}
