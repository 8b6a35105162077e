import { formatValue } from '../base/quantity.ts';
import type { AlertCondition, AlertRule, AlertSeverity } from '../model/alert.ts';
import { ALERT_SEVERITIES } from '../model/alert.ts';
import { alertMetric } from '../model/alert-metrics.ts';
import type { Monitoring } from '../model/profile.ts';
import { USUAL_ACTION } from './rules-file.ts';

/** Metrics of which less is worse. */
const LESS_IS_WORSE: readonly string[] = [
  'availability',
  'served_rate',
  'served_share',
  'cache_hit_rate',
  'up',
  'redis_up',
  'sampler_up',
  'exhaustion',
];

/**
 * The rules that hold for a run: those of the file, and the limits of its profile. The profile knows its service: its limit
 * takes the place of one of the file on the same metric: of the rule of the severity that it gives, else of the first. Name,
 * duration and runbook of that stay, and so do severity and action unless a severity is given. Other rules of the file on
 * the metric stay as they are.
 */
export function rulesForRun(file: readonly AlertRule[], { alerts }: Pick<Monitoring, 'alerts'>): AlertRule[] {
  const rules = [...file];
  for (const given of alerts) {
    const metric = alertMetric(given.metric);
    if (metric === null) continue;
    const severity = ALERT_SEVERITIES.find((one) => one === given.severity) ?? null;
    const comparison = LESS_IS_WORSE.includes(metric.name) ? ('<' as const) : ('>' as const);
    const same = (rule: AlertRule): boolean =>
      rule.condition.metric === metric.name && rule.condition.comparison.startsWith(comparison);
    const tiers = rules.filter(same);
    const tier = tiers.find((rule) => rule.severity === severity) ?? tiers[0];
    const limit = {
      comparison,
      threshold: given.threshold,
      unit: given.unit,
      text: `${metric.name} ${comparison} ${formatValue(given.threshold, given.unit)}`,
      ...(given.forMs === undefined ? {} : { forMs: given.forMs }),
    };
    if (tier === undefined) rules.push(fresh(metric.name, limit, severity ?? 'warning'));
    else rules.splice(rules.indexOf(tier), 1, replaced(tier, limit, severity ?? tier.severity));
  }
  return rules;
}

type Limit = Pick<AlertCondition, 'comparison' | 'threshold' | 'unit' | 'text'> & { forMs?: number };

const replaced = (rule: AlertRule, limit: Limit, severity: AlertSeverity): AlertRule => ({
  ...rule,
  origin: 'profile',
  // A threshold to clear at belongs to the limit that was there.
  condition: { ...rule.condition, clearThreshold: null, ...limit },
  severity,
  action: severity === rule.severity ? rule.action : USUAL_ACTION[severity],
});

const fresh = (metric: string, limit: Limit, severity: AlertSeverity): AlertRule => ({
  name: metric
    .replaceAll(/(?:^|[^a-zA-Z0-9]+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    .replaceAll(/[^A-Za-z0-9]/g, ''),
  origin: 'profile',
  condition: { metric, forMs: 0, overMs: null, clearThreshold: null, minCount: null, ...limit },
  severity,
  action: USUAL_ACTION[severity],
  labels: {},
  summary: null,
  runbookUrl: null,
  inhibits: [],
});
