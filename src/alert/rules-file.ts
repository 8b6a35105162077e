/** `config/alerts.yaml`: rules, and how often what fires is told again. docs/alerts.md describes every key. */
import { z } from 'zod';
import { quote } from '../base/parsed.ts';
import { parseCondition, readThreshold, tooShortFor } from '../config/alert-condition.ts';
import { readYaml } from '../config/document.ts';
import { findingsOf } from '../config/issues.ts';
import type { Problem } from '../config/problem.ts';
import { duration, nonEmptyText, textValue, value } from '../config/value.ts';
import {
  ALERT_ACTIONS,
  ALERT_SEVERITIES,
  type AlertAction,
  type AlertOrigin,
  type AlertRule,
  type AlertSeverity,
  OWN_LABELS,
} from '../model/alert.ts';
import { alertMetric } from '../model/alert-metrics.ts';

export interface AlertRules {
  rules: readonly AlertRule[];
  /** A firing alert is told again after so long. */
  repeatMs: Readonly<Record<AlertSeverity, number>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A page is repeated each hour, as Alertmanager's users mostly set it; what can wait for the morning is not. */
export const USUAL_REPEAT_MS: AlertRules['repeatMs'] = { critical: HOUR_MS, warning: 4 * HOUR_MS, info: DAY_MS };

/** What a severity asks for unless the rule says otherwise. */
export const USUAL_ACTION: Readonly<Record<AlertSeverity, AlertAction>> = {
  critical: 'page',
  warning: 'notify',
  info: 'note',
};

const repeat = (severity: AlertSeverity) =>
  duration(`what fires as ${severity} is told again after so long`, {
    minMs: 60_000,
    maxMs: 30 * DAY_MS,
    example: '4h',
  }).optional();

const condition = value(parseCondition, {
  type: 'string',
  description: 'metric op value [over duration] [for duration]',
  examples: ['error_rate > 2% for 5m', 'memory_growth > 20% in 1h', '*.queue_length > 1000 over 10m'],
});

const scalar = (description: string) => value(textValue, { type: ['string', 'number'], description });

const ruleSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][\w -]{0,63}$/, { error: 'is not a name of letters, digits, blanks, _ and -' })
    .describe('unique; what people read first'),
  condition,
  severity: z.enum(ALERT_SEVERITIES).describe('how loud'),
  action: z.enum(ALERT_ACTIONS).describe('what is wanted of whoever is told; by severity unless set').optional(),
  clear: scalar('a firing alert resolves only beyond this, in the unit of the condition').optional(),
  min_count: z
    .int()
    .positive('is not above 0')
    .describe('a share of so many things is taken as it is; of fewer, its interval must exclude the limit')
    .optional(),
  labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), value(textValue, { type: ['string', 'number', 'boolean'] }))
    .describe('added to every alert of this rule: for routes and silences')
    .optional(),
  summary: nonEmptyText('one sentence for people').optional(),
  description: nonEmptyText('the same as summary').optional(),
  runbook: z
    .url({ protocol: /^https?$/, error: 'is no http address' })
    .describe('where it says what to do')
    .optional(),
  inhibits: z.array(nonEmptyText('name of a rule')).describe('rules that are silent while this one fires').optional(),
});

const schema = z.strictObject({
  alerts: z.array(ruleSchema).describe('the rules'),
  repeat: z
    .strictObject({ critical: repeat('critical'), warning: repeat('warning'), info: repeat('info') })
    .describe('a firing alert is told again after so long')
    .optional(),
});

type RuleInput = z.output<typeof ruleSchema>;

/** As JSON Schema, for editors. */
export const alertRulesJsonSchema = (): object => ({
  $id: 'alerts.schema.json',
  title: 'soakd alert rules',
  ...z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }),
});

export type ParsedAlertRules = { ok: true; value: AlertRules } | { ok: false; problems: Problem[] };

/**
 * Reads a file of rules; all problems are found at once, each with its place and a hint. `intervalMs`: of the samples of the
 * runs that it is for, where that is known: a rule on samples that must hold for less is a problem then.
 */
export function readAlertRules(
  source: string,
  fileName: string,
  forRuns: { intervalMs?: number } = {},
): ParsedAlertRules {
  const document = readYaml(source);
  const problems: Problem[] = document.syntax.map((found) => ({ file: fileName, path: '', ...found }));
  // What half a document means would only be guessed.
  if (problems.length > 0) return { ok: false, problems };
  const add = (path: (string | number)[], problem: string, hint: string, atKey = false): void => {
    const { line, column } = document.locate(path, atKey);
    problems.push({
      file: fileName,
      line,
      column,
      path: path.join('.'),
      problem,
      hint: hint.replace('docs/profile.md', 'docs/alerts.md').replace('begin with soak_test:', 'begin with alerts:'),
    });
  };
  const data = document.data ?? {};
  const checked = schema.safeParse(data);
  if (!checked.success) {
    for (const { path, atKey, problem, hint } of findingsOf(checked.error.issues, schema, data))
      add([...path], problem, hint, atKey);
  }
  // Rules that are right by themselves are held against each other even where others are not.
  const rules = entriesOf(data).map((entry) => ruleSchema.safeParse(entry).data ?? null);
  // By its name a rule is known whatever else is wrong with it.
  const names = entriesOf(data).map(nameOf);
  names.forEach((name, at) => {
    if (name !== null && names.indexOf(name) !== at)
      add(['alerts', at, 'name'], `a second rule is named ${quote(name)}`, 'give each a name of its own');
  });
  const resolved = rules.flatMap((rule, at) => (rule === null ? [] : [resolveRule(rule, at, names, add)]));
  rules.forEach((rule, at) => {
    const metric = rule === null ? null : alertMetric(rule.condition.metric);
    if (rule === null || metric === null) return;
    const short = tooShortFor(metric, rule.condition.forMs, forRuns.intervalMs ?? 0);
    if (short !== null) add(['alerts', at, 'condition'], short.problem, short.hint);
  });
  if (checked.success && problems.length === 0) {
    const { repeat = {} } = checked.data;
    const repeatMs = {
      critical: repeat.critical ?? USUAL_REPEAT_MS.critical,
      warning: repeat.warning ?? USUAL_REPEAT_MS.warning,
      info: repeat.info ?? USUAL_REPEAT_MS.info,
    };
    return { ok: true, value: { rules: resolved, repeatMs } };
  }
  return { ok: false, problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

const entriesOf = (data: unknown): unknown[] =>
  typeof data === 'object' && data !== null && 'alerts' in data && Array.isArray(data.alerts) ? data.alerts : [];

const nameOf = (entry: unknown): string | null =>
  typeof entry === 'object' && entry !== null && 'name' in entry && typeof entry.name === 'string' ? entry.name : null;

function resolveRule(
  input: RuleInput,
  at: number,
  names: readonly (string | null)[],
  add: (path: (string | number)[], problem: string, hint: string, atKey?: boolean) => void,
): AlertRule {
  if (input.summary !== undefined && input.description !== undefined)
    add(['alerts', at, 'description'], 'summary is given as well', 'keep one of the two');
  input.inhibits?.forEach((name, index) => {
    if (name === input.name) add(['alerts', at, 'inhibits', index], 'a rule cannot silence itself', 'leave it away');
    else if (!names.includes(name))
      add(['alerts', at, 'inhibits', index], `there is no rule ${quote(name)}`, 'name a rule of this file');
  });
  for (const label of Object.keys(input.labels ?? {}))
    if (OWN_LABELS.includes(label))
      add(['alerts', at, 'labels', label], `soakd sets the label ${quote(label)} itself`, 'give it another name', true);
  const metric = alertMetric(input.condition.metric);
  let clearThreshold: number | null = null;
  if (input.clear !== undefined && metric !== null) {
    const clear = readThreshold(input.clear, metric);
    if (!clear.ok) add(['alerts', at, 'clear'], clear.problem, clear.hint);
    else if (clear.value.unit !== input.condition.unit)
      add(
        ['alerts', at, 'clear'],
        'has another unit than the condition',
        `write it as in ${quote(input.condition.text)}`,
      );
    else if (isBeyond(input.condition, clear.value.threshold))
      add(
        ['alerts', at, 'clear'],
        'lies on the bad side of the limit',
        'a firing alert would never resolve; move it to the good side',
      );
    else clearThreshold = clear.value.threshold;
  }
  if (input.min_count !== undefined && metric?.minCount === null)
    add(['alerts', at, 'min_count'], `${metric.name} is no share of anything`, 'leave it away');
  return {
    name: input.name,
    origin: originOf(metric?.lane),
    condition: { ...input.condition, clearThreshold, minCount: input.min_count ?? null },
    severity: input.severity,
    action: input.action ?? USUAL_ACTION[input.severity],
    labels: input.labels ?? {},
    summary: input.summary ?? input.description ?? null,
    runbookUrl: input.runbook ?? null,
    inhibits: input.inhibits ?? [],
  };
}

const originOf = (lane: string | undefined): AlertOrigin =>
  lane === 'own' ? 'soakd' : lane === 'trends' ? 'detection' : 'config';

/** A clear threshold at which the condition still holds. */
const isBeyond = ({ comparison, threshold }: RuleInput['condition'], clear: number): boolean =>
  comparison === '>' || comparison === '>='
    ? clear > threshold
    : comparison === '<' || comparison === '<='
      ? clear < threshold
      : clear !== threshold;
