import type { CriterionSpec } from '../../model/profile.ts';
import type { CriterionStatus } from '../../model/verdict.ts';
import { formatInterval, formatValue } from '../quantity.ts';
import type { AskedSeries } from '../trend-of-series.ts';
import { meets } from './criterion.ts';

/** What was measured of a trend, in the unit of the criterion. */
export interface MeasuredTrend {
  estimate: number;
  low: number;
  high: number;
  /** A rate a day, or the change over all hours so far. */
  over: 'day' | 'span';
}

/**
 * Decides a trend by its 95 % interval: whole on the right side passes, whole on the wrong side fails, across it is too
 * early. A rise that may still be taken back does not fail, however steep it is. `said`: what was measured, as a clause.
 */
export function decideByTrend(
  spec: CriterionSpec,
  measured: MeasuredTrend,
  asked: AskedSeries,
  said: string,
): { status: CriterionStatus; why: string } {
  const { low, high } = measured;
  if (meets(low, spec) && meets(high, spec)) return { status: 'pass', why: said };
  const isBeyond = !meets(low, spec) && !meets(high, spec);
  const open = isBeyond ? openReason(asked) : null;
  if (isBeyond && open === null) return { status: 'fail', why: said };
  const across = `the 95 % interval is ${formatInterval({ low, high }, 'percent')}`;
  return { status: 'inconclusive', why: `${said}, but ${open ?? `${across}; ${settledBy(spec, measured, asked)}`}` };
}

/** Why a rise that is all beyond the limit proves nothing yet; null: it does. */
function openReason({ finding: { answer, kind }, leastHours, gates }: AskedSeries): string | null {
  if (answer === null) return null;
  if (gates.includes('time')) {
    const what = kind === 'drift' ? 'the time of day' : 'a collection that is still due';
    return `${formatValue(answer.spanHours, 'hours')} cannot tell it from ${what}: about ${hours(leastHours - answer.spanHours)} more would`;
  }
  if (gates.includes('cycles'))
    return 'it rose and fell like this before: about a day more would show whether it falls again';
  if (gates.includes('separable'))
    return 'so did the load, and the two cannot be told apart: stretches at one fixed load (`calibration`) would';
  return gates.includes('lasting') ? 'the later hours added little or nothing' : null;
}

/** Beyond it nobody waits for an answer. */
const MOST_TIMES = 10;

/**
 * When the interval will have left the limit, if all goes on as it is. The interval of a slope shrinks with the hours to the power of
 * −1.5 (variance of a slope over a growing span); what has changed from start to end is the slope times the hours, so it grows with
 * them, and its interval shrinks to the power of −0.5.
 */
function settledBy(spec: CriterionSpec, measured: MeasuredTrend, { finding }: AskedSeries): string {
  const spanHours = finding.answer?.spanHours ?? 0;
  for (let more = 1; spanHours + more < MOST_TIMES * spanHours; more++) {
    const times = (spanHours + more) / spanHours;
    const growth = measured.over === 'day' ? 1 : times;
    const estimate = measured.estimate * growth;
    const half = estimate < spec.target ? measured.high - measured.estimate : measured.estimate - measured.low;
    if (Math.abs(spec.target - estimate) > half * growth * times ** -1.5)
      return `about ${hours(more)} more would settle it`;
  }
  return 'it is so close to the limit that more hours would hardly settle it';
}

const hours = (value: number): string => formatValue(Math.max(1, Math.ceil(value)), 'hours');
