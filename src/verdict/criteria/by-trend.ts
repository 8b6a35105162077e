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
  if (gates.includes('separable')) return 'so did the load, and the two cannot be told apart';
  return gates.includes('lasting') ? 'the later hours added little or nothing' : null;
}

/** Beyond it nobody waits for an answer. */
const MOST_TIMES = 10;

/**
 * The width of the interval of a slope shrinks with the hours to the power of −1.5 (variance of a slope over a growing span), so that
 * the side of it that crosses the limit will have come back after a time that can be told.
 */
function settledBy(spec: CriterionSpec, { estimate, low, high }: MeasuredTrend, { finding }: AskedSeries): string {
  const spanHours = finding.answer?.spanHours ?? 0;
  const distance = Math.abs(spec.target - estimate);
  const half = spec.target > estimate ? high - estimate : estimate - low;
  const neededHours = spanHours * (half / distance) ** (2 / 3);
  return neededHours < MOST_TIMES * spanHours
    ? `about ${hours(neededHours - spanHours)} more would settle it`
    : 'it is so close to the limit that more hours would hardly settle it';
}

const hours = (value: number): string => formatValue(Math.max(1, Math.ceil(value)), 'hours');
