import { type Clocked, firstFrom } from '../trend/bins.ts';
import { type ChangeBins, changeBins, present, WARM_UP_HOURS, type Watched } from './change-bins.ts';
import { type ChangePoint, changePoints } from './change-points.ts';
import { type Happening, labelChange } from './label-change.ts';
import { edgesOfNoProfile, type LoadEdge, levelledLoad, loadEdges } from './load-edges.ts';
import { lasting } from './passing.ts';

/** A moment at which a series moved to another level, and what happened then. */
export interface DatedChange {
  readonly hour: number;
  /** `restart`, `load change`, the label of what else happened, or `unexplained`. */
  readonly label: string;
  /** Levels just before and just after, at mean load, in the unit of the series; null of a restart, which has a level of its own. */
  readonly before: number | null;
  readonly after: number | null;
}

/** A level moves with its cause, or within what one bin and the next tell. */
const TOLERANCE_BINS = 2;
const LEAST_TOLERANCE_HOURS = 0.5;

/**
 * Restarts, and every other lasting move of the level beside them, in order of time. A step within reach of a restart, the warm-up
 * included, is the restart. What the load explains is no change, unless the load itself jumped, and not as on other days.
 * `happened`: what else is known (deploys, faults, other rates), to label changes by.
 */
export function datedChanges(
  { readings, load, ...rest }: Watched,
  restarts: readonly number[],
  happened: readonly Happening[] = [],
): DatedChange[] {
  const watched: Watched = { ...rest, readings: present(readings), load: load === null ? null : present(load) };
  const restarted = restarts.map((hour): DatedChange => ({ hour, label: 'restart', before: null, after: null }));
  const bins = changeBins(watched, restarts);
  if (bins === null) return restarted.toSorted(byHour);
  const toleranceHours = Math.max(LEAST_TOLERANCE_HOURS, TOLERANCE_BINS * bins.widthHours);
  const isRestart = ({ earliestAt, at }: ChangePoint): boolean =>
    restarts.some((hour) => hour > earliestAt - toleranceHours && hour < at + toleranceHours) ||
    restarts.some((hour) => earliestAt >= hour && earliestAt < hour + WARM_UP_HOURS + toleranceHours);
  const edges = bins.load === null ? [] : loadEdges(bins.hours, bins.load);
  const jumps = edges.map(({ hour }): Happening => ({ atHour: hour, label: 'load change' }));
  const found = changePoints(bins);
  const changes = lasting(
    [...found, ...movedByLoad(bins, edges, found, toleranceHours)].toSorted(byPlace),
    bins.hours[0] ?? 0,
    toleranceHours,
  );
  const steps = changes
    .filter((one) => !isRestart(one))
    .map(
      (one): DatedChange => ({
        hour: hourOf(one, bins.widthHours, watched.readings),
        label: labelChange(one, [...happened, ...jumps], toleranceHours),
        before: levelOf(one.before, rest.kind),
        after: levelOf(one.after, rest.kind),
      }),
    );
  return [...restarted, ...steps].toSorted(byHour);
}

/** Of latency the logarithm was looked at. */
const levelOf = (value: number, kind: Watched['kind']): number => (kind === 'drift' ? Math.exp(value) : value);

/** Changes that a jump of the load explains: those beside `found` that are there when the load is taken to have held still. */
function movedByLoad(
  { hours, values, load }: ChangeBins,
  edges: readonly LoadEdge[],
  found: readonly ChangePoint[],
  toleranceHours: number,
): ChangePoint[] {
  const jumps = edgesOfNoProfile(edges, hours, toleranceHours);
  if (load === null || jumps.length === 0) return [];
  const isNear = (index: number, others: readonly { index: number }[]): boolean =>
    others.some((other) => Math.abs(other.index - index) <= TOLERANCE_BINS);
  return changePoints({ hours, values, load: levelledLoad(load, jumps) }).filter(
    ({ index }) => isNear(index, jumps) && !isNear(index, found),
  );
}

const byPlace = (a: ChangePoint, b: ChangePoint): number => a.index - b.index;

const byHour = (a: DatedChange, b: DatedChange): number => a.hour - b.hour;

/** The reading at which the level moved: the split of the readings around that leaves least to both sides. */
function hourOf({ earliestAt, at }: ChangePoint, widthHours: number, { hours, values }: Clocked): number {
  const from = firstFrom(hours, earliestAt - widthHours);
  const to = firstFrom(hours, at + 2 * widthHours);
  const earliest = firstFrom(hours, earliestAt + 1e-9);
  const latest = firstFrom(hours, at + widthHours);
  let whole = 0;
  for (let place = from; place < to; place++) whole += values[place] ?? 0;
  let before = 0;
  let best = at;
  let most = 0;
  for (let place = from; place < latest; place++) {
    const count = place - from;
    const rest = to - place;
    if (place > earliest && count > 0 && rest > 0) {
      const gain = count * rest * (before / count - (whole - before) / rest) ** 2;
      if (gain > most) {
        most = gain;
        best = hours[place] ?? at;
      }
    }
    before += values[place] ?? 0;
  }
  return best;
}
