import { lengthOf } from '../../base/stretches.ts';
import { poissonInterval } from '../../detect/intervals.ts';
import { WINDOW_MS } from '../../model/window.ts';
import { countedOutages, tooLittleSeen, uptimeMs } from '../evidence.ts';
import { counted, formatDuration, formatValue } from '../quantity.ts';
import { type CriterionJudge, lacking, meets } from './criterion.ts';

/**
 * Uptime / judged time with planned load × 100 (reliability plan §3.1). It is a census of the time that was watched, so the value
 * itself decides; the interval says how far another run may differ (docs/formulas.md#availability).
 */
export const availability: CriterionJudge = (spec, evidence) => {
  const judgedMs = lengthOf(evidence.watched);
  const outages = countedOutages(evidence);
  const text = `${formatDuration(judgedMs)}, ${counted(outages.length, 'outage')}`;
  const tooLittle = tooLittleSeen(evidence);
  if (tooLittle !== null) return lacking(spec, text, tooLittle, false);
  const percentUp = (downMs: number): number => Math.max(0, 100 * (1 - downMs / judgedMs));
  const downMs = judgedMs - uptimeMs(evidence);
  const actual = percentUp(downMs);
  const events = poissonInterval(outages.length);
  const meanMs = outages.length === 0 ? WINDOW_MS : downMs / outages.length;
  const longest = outages.toSorted((a, b) => b.judgedMs - a.judgedMs)[0];
  return {
    actual,
    interval: { low: percentUp(events.high * meanMs), high: percentUp(events.low * meanMs) },
    evidence: text,
    status: meets(actual, spec) ? 'pass' : 'fail',
    why:
      longest === undefined
        ? 'no outage'
        : `down for ${formatDuration(downMs)} of ${formatDuration(judgedMs)}: ${formatValue(actual, spec.unit)} against ${spec.text}`,
    worst: longest === undefined ? null : `outage of ${formatDuration(longest.judgedMs)}: ${longest.cause}`,
  };
};
