/** `metric op value [over duration] [for duration]`: what an alert rule watches for. */
import { formatDuration, parseDuration } from '../base/duration.ts';
import { nearest } from '../base/nearest.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import { parsePercent } from '../base/percent.ts';
import type { AlertComparison, AlertCondition } from '../model/alert.ts';
import {
  type AlertMetric,
  type AlertMetricUnit,
  alertMetric,
  alertMetricNames,
  isPartOfWhole,
} from '../model/alert-metrics.ts';
import { RUN_STATES } from '../model/run.ts';
import { TREND_STATES } from '../model/verdict.ts';

const EXAMPLE = 'write for example error_rate > 2% for 5m';

const COMPARISONS: Record<string, AlertComparison> = {
  '>': '>',
  '>=': '>=',
  '<': '<',
  '<=': '<=',
  '=': '==',
  '==': '==',
  '!=': '!=',
};

/** `over` and `in` mean the same; so do the spellings of units in the reliability testing plan: `5min`, `1hr`. */
const GRAMMAR =
  /^(?<metric>[A-Za-z*][\w.* -]*?)\s*(?<comparison>[<>!=]=?|=)\s*(?<value>[^\s]+(?:\s*%)?)(?:\s+(?:over|in)\s+(?<over>\S+(?: [a-z]+)?))?(?:\s+for\s+(?<lasting>\S+(?: [a-z]+)?))?$/;

/** Reads a condition. Only its own text is checked: whether the run has such a series is not known here. */
export function parseCondition(input: unknown): Parsed<AlertCondition> {
  if (typeof input !== 'string') return unreadable(`${quote(input)} is not a condition`, EXAMPLE);
  const text = input.trim();
  const parts = GRAMMAR.exec(text)?.groups;
  const comparison = COMPARISONS[parts?.comparison ?? ''];
  if (parts?.metric === undefined || parts.value === undefined || comparison === undefined)
    return unreadable(`${quote(text)} is not a condition`, EXAMPLE);
  const metric = readMetric(parts.metric);
  if (!metric.ok) return metric;
  const threshold = readThreshold(parts.value, metric.value);
  if (!threshold.ok) return threshold;
  const over = parts.over === undefined ? null : readDuration(parts.over);
  if (over !== null && !over.ok) return over;
  const lasting = parts.lasting === undefined ? parsed(0) : readDuration(parts.lasting);
  if (!lasting.ok) return lasting;
  return completed(metric.value, {
    comparison,
    ...threshold.value,
    forMs: lasting.value,
    overMs: over === null ? null : over.value,
    text,
  });
}

/** A metric by its name, with the nearest known one where there is none. */
export function readMetric(given: string): Parsed<AlertMetric> {
  const metric = alertMetric(given);
  if (metric !== null) return parsed(metric);
  const like = nearest(given.trim().replaceAll(/\s+/g, '_'), alertMetricNames());
  return unreadable(
    `${quote(given.trim())} is no metric`,
    like === null ? 'docs/alerts.md lists them; a series is SOURCE.NAME or *.NAME' : `did you mean ${like}?`,
  );
}

/** What does not depend on how the condition was written. */
export function completed(
  metric: AlertMetric,
  given: Omit<AlertCondition, 'metric' | 'clearThreshold' | 'minCount'>,
): Parsed<AlertCondition> {
  const words = metric.unit === 'run_state' || metric.unit === 'trend';
  if (words && given.comparison !== '==' && given.comparison !== '!=')
    return unreadable(`${metric.name} is a word, and has no order`, 'compare it with == or !=');
  const vain = given.unit === 'percent' && isPartOfWhole(metric) ? vainly(given.comparison, given.threshold) : null;
  if (vain !== null)
    return unreadable(`${quote(given.text)} ${vain}`, `${metric.name} lies between 0% and 100%: write a limit between`);
  if (given.overMs !== null && metric.overMs === 0 && metric.lane !== 'samples')
    return unreadable(`${metric.name} is not taken over time`, `leave \`over ${formatDuration(given.overMs)}\` away`);
  if (given.overMs !== null && (given.overMs < 60_000 || given.overMs > DAY_MS))
    return unreadable(`over ${formatDuration(given.overMs)} cannot be told`, 'write 1m to 24h');
  return parsed({ metric: metric.name, clearThreshold: null, minCount: null, ...given });
}

/** Of what lies between 0 and 100: a condition that nothing can change. null: something can. */
function vainly(comparison: AlertComparison, threshold: number): string | null {
  const isOutside = threshold < 0 || threshold > 100;
  const up = comparison === '>' || comparison === '>=';
  if (comparison === '==' || comparison === '!=')
    return isOutside ? (comparison === '==' ? 'can never hold' : 'always holds') : null;
  const atEnd = comparison === '>' || comparison === '<=' ? threshold === 100 : threshold === 0;
  if (!isOutside && !atEnd) return null;
  const never = atEnd ? comparison === '>' || comparison === '<' : up === threshold > 100;
  return never ? 'can never hold' : 'always holds';
}

const DAY_MS = 86_400_000;

/** Durations as people write them: `5m`, `5min`, `1 hr`. */
function readDuration(text: string): Parsed<number> {
  const direct = parseDuration(text);
  if (direct.ok) return direct;
  const [, count, name] = /^([0-9.]+)\s*([a-zA-Z]+)$/.exec(text) ?? [];
  const short: Record<string, string> = { min: 'm', mins: 'm', hr: 'h', hrs: 'h', hour: 'h', hours: 'h', sec: 's' };
  const unit = short[name?.toLowerCase() ?? ''];
  return unit === undefined ? direct : parseDuration(`${count}${unit}`);
}

const BYTES = /^([0-9]+(?:\.[0-9]+)?)(B|KB|MB|GB|KiB|MiB|GiB)$/;
const BYTE_UNITS: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

const EXAMPLES: Record<AlertMetricUnit, string> = {
  percent: '2%',
  milliseconds: '5s or 500ms',
  bytes: '2048MiB',
  count: '3',
  per_minute: '30',
  hours: '24h',
  flag: '0 or 1',
  raw: '0.1',
  run_state: `one of ${RUN_STATES.join(', ')}`,
  trend: `one of ${TREND_STATES.join(', ')}`,
};

/** A limit in the unit of its metric. A plain number below 1 for a percentage is a share: the plan writes both. */
export function readThreshold(text: string, metric: AlertMetric): Parsed<{ threshold: number; unit: AlertMetricUnit }> {
  const units = [metric.unit, ...(metric.otherUnits ?? [])];
  const wrong = (): Parsed<never> =>
    unreadable(
      `${quote(text)} is no limit for ${metric.name}`,
      `write ${units.map((one) => EXAMPLES[one]).join(', or ')}`,
    );
  if (metric.unit === 'run_state' || metric.unit === 'trend') {
    const words: readonly string[] = metric.unit === 'run_state' ? RUN_STATES : TREND_STATES;
    const threshold = words.indexOf(text);
    if (threshold >= 0) return parsed({ threshold, unit: metric.unit });
    const like = nearest(text, words);
    return like === null
      ? wrong()
      : unreadable(`${quote(text)} is no limit for ${metric.name}`, `did you mean ${like}?`);
  }
  const percent = parsePercent(text);
  if (percent.ok) return units.includes('percent') ? parsed({ threshold: percent.value, unit: 'percent' }) : wrong();
  const [, bytes, byteUnit] = BYTES.exec(text) ?? [];
  if (byteUnit !== undefined)
    return units.includes('bytes')
      ? parsed({ threshold: Number(bytes) * (BYTE_UNITS[byteUnit] ?? 1), unit: 'bytes' })
      : wrong();
  const plain = Number(text);
  if (Number.isNaN(plain)) {
    const time = readDuration(text);
    if (!time.ok) return wrong();
    if (units.includes('hours')) return parsed({ threshold: time.value / 3_600_000, unit: 'hours' });
    return units.includes('milliseconds') ? parsed({ threshold: time.value, unit: 'milliseconds' }) : wrong();
  }
  if (metric.unit === 'percent')
    return plain < 1
      ? parsed({ threshold: plain * 100, unit: 'percent' })
      : unreadable(`${text} has no unit`, `write ${text}%, or a share such as 0.02`);
  if (metric.unit === 'milliseconds' || metric.unit === 'hours')
    return unreadable(`${text} has no unit`, `write ${EXAMPLES[metric.unit]}`);
  if (metric.unit === 'flag' && plain !== 0 && plain !== 1) return wrong();
  return parsed({ threshold: plain, unit: metric.unit });
}

/**
 * A time for which a condition cannot be seen to hold: samples come less often, or it is told once and not asked again. null:
 * it can. Sources that fail tell that by themselves.
 */
export function tooShortFor(
  metric: AlertMetric,
  forMs: number,
  intervalMs: number,
): { problem: string; hint: string } | null {
  if (metric.once === true && forMs > 0)
    return {
      problem: `${metric.name} is told once, and lasts for no time`,
      hint: `leave \`for ${formatDuration(forMs)}\` away`,
    };
  if (metric.lane !== 'samples' || forMs === 0 || forMs >= intervalMs) return null;
  return {
    problem: `samples come each ${formatDuration(intervalMs)}: that ${metric.name} held for ${formatDuration(forMs)} cannot be seen`,
    hint: `write at least ${formatDuration(intervalMs)}, 0s to fire at the first sample, or a shorter monitoring.interval`,
  };
}
