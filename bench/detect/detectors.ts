/** Every detector that the benchmark compares. One more is one more line. */
import { backwardRegression } from './baselines/backward-regression.ts';
import { binarySegmentation } from './baselines/binary-segmentation.ts';
import { growthThreshold } from './baselines/growth-threshold.ts';
import { hamedRao } from './baselines/hamed-rao.ts';
import { mannKendall } from './baselines/mann-kendall.ts';
import { mannWhitney } from './baselines/mann-whitney.ts';
import { pageHinkley } from './baselines/page-hinkley.ts';
import type { Detector } from './detector.ts';
import { soakd } from './ours.ts';
import { prototypeDetectors } from './prototypes.ts';

/** Those that judge leaks and drifts. */
const judging: readonly Detector[] = [
  soakd,
  mannKendall,
  hamedRao,
  growthThreshold,
  backwardRegression,
  pageHinkley,
  mannWhitney,
];

/** Those that only find change points. */
export const changePointDetectors: readonly Detector[] = [...judging, binarySegmentation].filter(
  (detector) => detector.changePoints !== undefined,
);

/**
 * The detectors of a benchmark: all of them, or those named (a part of the name is enough), with the prototypes where
 * their folder is given.
 */
export async function chosenDetectors(names: readonly string[], prototypes: string | null): Promise<Detector[]> {
  const all = [...judging, ...(prototypes === null ? [] : await prototypeDetectors(prototypes))];
  if (names.length === 0) return all;
  const chosen = all.filter((detector) => names.some((name) => detector.name.includes(name)));
  if (chosen.length === 0) throw new RangeError(`no detector is called ${names.join(' or ')}`);
  return chosen;
}
