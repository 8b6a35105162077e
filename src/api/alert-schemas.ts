/** Alerts and silences as they go over the wire. */
import { z } from 'zod';
import {
  ALERT_ACTIONS,
  ALERT_SEVERITIES,
  ALERT_STATES,
  type Alert,
  type AlertTransition,
  type Silence,
} from '../model/alert.ts';

const unixMs = z.number().describe('Unix milliseconds');
const texts = z.record(z.string(), z.string());

const conditionSchema = z.strictObject({
  metric: z.string(),
  comparison: z.enum(['>=', '>', '<=', '<', '==', '!=']),
  threshold: z.number().describe('in `unit`; of words the place in their list'),
  unit: z.string(),
  forMs: z.number(),
  overMs: z.number().nullable(),
  clearThreshold: z.number().nullable(),
  minCount: z.number().nullable(),
  text: z.string().describe('as written'),
});

const ruleSchema = z
  .strictObject({
    name: z.string(),
    origin: z.enum(['profile', 'config', 'detection', 'soakd']),
    condition: conditionSchema,
    severity: z.enum(ALERT_SEVERITIES),
    action: z.enum(ALERT_ACTIONS),
    labels: texts,
    summary: z.string().nullable(),
    runbookUrl: z.string().nullable(),
    inhibits: z.array(z.string()),
  })
  .meta({ id: 'AlertRule' });

export const alertSchema = z
  .strictObject({
    id: z.string(),
    key: z.string().describe('the same for every alert of one rule about one thing'),
    runId: z.string().nullable().describe('null: about soakd itself'),
    rule: ruleSchema,
    labels: texts,
    state: z.enum(ALERT_STATES),
    pendingMs: unixMs.nullable(),
    firingMs: unixMs.nullable(),
    resolvedMs: unixMs.nullable(),
    evaluatedMs: unixMs.describe('when its condition was told last'),
    value: z.number().nullable(),
    worst: z.number().nullable().describe('while it fired'),
    evidence: z.string().describe('the value with what it was computed from'),
    inhibitedBy: z.string().nullable().describe('the rule that keeps it silent, or `fault:` and the name of a fault'),
    silencedBy: z.string().nullable().describe('id of the silence that holds'),
    acknowledged: z.strictObject({ atMs: unixMs, who: z.string(), text: z.string() }).nullable(),
    clearSinceMs: unixMs.nullable().optional(),
    cutOff: z.strictObject({ reason: z.string(), stillHeld: z.boolean() }).nullable().optional(),
    toldCount: z.int().nonnegative(),
    toldMs: unixMs.nullable(),
    facts: z
      .strictObject({
        hourOfRun: z.number().nullable(),
        plannedPerMinute: z.number().nullable(),
        servedPerMinute: z.number().nullable(),
        nearby: z.array(z.strictObject({ atMs: unixMs, text: z.string() })),
      })
      .nullable()
      .describe('what was the case when it began to fire'),
  })
  .meta({ id: 'Alert' }) satisfies z.ZodType<Alert>;

export const alertTransitionSchema = z.strictObject({
  alertId: z.string(),
  atMs: unixMs,
  from: z.enum(ALERT_STATES).nullable(),
  to: z.enum(ALERT_STATES),
  reason: z.string(),
}) satisfies z.ZodType<AlertTransition>;

export const alertPageSchema = z.strictObject({
  alerts: z.array(alertSchema),
  nextCursor: z.string().nullable().describe('null on the last page'),
});

export const alertDetailSchema = z.strictObject({ alert: alertSchema, history: z.array(alertTransitionSchema) });

export const silenceSchema = z
  .strictObject({
    id: z.string(),
    matchers: texts.describe('label to value; a value may hold `*`; all must fit'),
    fromMs: unixMs,
    untilMs: unixMs,
    who: z.string(),
    comment: z.string(),
    createdMs: unixMs,
    endedMs: unixMs.nullable().describe('ended early'),
  })
  .meta({ id: 'Silence' }) satisfies z.ZodType<Silence>;

export const silencesSchema = z.strictObject({ silences: z.array(silenceSchema) });

export const alertParams = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/, { error: 'is no id of an alert' })
    .describe('id of an alert'),
});

export const silenceParams = z.strictObject({
  id: z
    .string()
    .regex(/^[\w-]{1,64}$/, { error: 'is no id of a silence' })
    .describe('id of a silence'),
});
