import { z } from 'zod';
import { nearest } from '../base/nearest.ts';
import { parsed, quote, unreadable } from '../base/parsed.ts';
import type { Monitoring, SamplerSpec } from '../model/profile.ts';
import { RUN_STATES } from '../model/run.ts';
import { SAMPLER_ROLES } from '../model/sample.ts';
import { TREND_STATES } from '../model/verdict.ts';
import { readMetric, readThreshold, tooShortFor } from './alert-condition.ts';
import { findingsOf } from './issues.ts';
import type { DocumentPath, ResolveContext } from './resolve.ts';
import { duration, nonEmptyText, value } from './value.ts';

/** What a profile may list under `metrics`: the names of the reliability testing plan, §5.2 (measurements) and §9.1. */
export const METRICS = [
  'response_time',
  'error_rate',
  'memory_usage',
  'cpu_usage',
  'active_connections',
  'cache_hit_rate',
  'active_sessions',
  'requests_processed',
  'errors_count',
  'response_times',
] as const;

const USUAL_INTERVAL_MS = 60_000;

export const SEVERITIES = ['info', 'warning', 'critical'] as const;

/** A number with or without a unit, or a word that a run or a trend may be; whether it suits its metric is known later. */
const LIKE_A_LIMIT = new RegExp(`^(-?[0-9.].*|${[...RUN_STATES, ...TREND_STATES].join('|')})$`);

/** A limit with its unit, as its metric wants it: `5000ms`, `2%`, `2048MiB`, or a plain number. */
const threshold = value(
  (input) =>
    typeof input === 'number' || (typeof input === 'string' && LIKE_A_LIMIT.test(input.trim()))
      ? parsed(String(input).trim())
      : unreadable(`${quote(input)} is not a threshold`, 'write for example 5000ms, 2% or 500'),
  { type: ['string', 'number'], description: 'limit with its unit', examples: ['5000ms', '2%', 500] },
);

const forTime = duration('it must hold for so long; as the rules of the daemon say without it', {
  minMs: 0,
  maxMs: 86_400_000,
  example: '5m',
});

/** Schemas of the samplers' own settings, by kind. */
export type SamplerSchemas = Readonly<Record<string, z.ZodType>>;

const SAMPLER_NAME = /^[a-z][a-z0-9_-]*$/;

/** Names that the program's own series use. */
const RESERVED = ['generator', 'self'];

export const samplerRole = z
  .enum(SAMPLER_ROLES)
  .describe('a restart of the target is a crash, one of a dependency is not; dependency for databases, else target');

const samplerBase = z.looseObject({
  kind: nonEmptyText('what is sampled'),
  name: z
    .string()
    .regex(SAMPLER_NAME, 'is not a name of small letters, digits, _ and -')
    .describe('prefix of its series; the kind when it is not given')
    .optional(),
  role: samplerRole.optional(),
  replica_of: z
    .string()
    .regex(SAMPLER_NAME, 'is not a name of small letters, digits, _ and -')
    .describe('the service of which this is one of several replicas: growth is judged of each, and of their sum')
    .optional(),
});

/** One entry: its kind is known, and its settings are those of its kind. */
const samplerSchema = (schemas: SamplerSchemas | null) =>
  samplerBase.superRefine(
    (sampler, context) => {
      const problem = (path: DocumentPath, message: string, hint: string, params: object = {}): void =>
        context.addIssue({ code: 'custom', path: [...path], message, params: { hint, ...params } });
      const {
        kind,
        name,
        role: _,
        replica_of: __,
        ...settings
      } = typeof sampler === 'object' && sampler !== null ? sampler : { kind: null };
      if (RESERVED.includes(String(name ?? kind))) {
        problem(
          name === undefined ? [] : ['name'],
          `${quote(name ?? kind)} is reserved for soakd's own series`,
          'choose another name',
        );
      }
      if (schemas === null || typeof kind !== 'string') return;
      const schema = schemas[kind];
      if (schema === undefined) {
        const kinds = Object.keys(schemas);
        const like = nearest(kind, kinds);
        const hint = like === null ? `kinds: ${kinds.join(', ')}` : `did you mean ${like}?`;
        problem(['kind'], `${quote(kind)} is no kind of sampler`, hint);
        return;
      }
      const checked = schema.safeParse(settings);
      if (checked.success) return;
      for (const { path, atKey, problem: message, hint, needs } of findingsOf(checked.error.issues, schema, settings)) {
        const above = needs?.of === 'whole' ? { above: path.length - needs.path.length } : {};
        problem(path, message, hint, { atKey, ...above });
      }
    },
    { when: () => true },
  );

const samplersSchema = (schemas: SamplerSchemas | null) =>
  z
    .array(samplerSchema(schemas))
    .superRefine(
      (samplers, context) => {
        if (!Array.isArray(samplers)) return;
        const names = samplers.map((sampler) => sampler?.name ?? sampler?.kind);
        samplers.forEach((sampler, index) => {
          const service = sampler?.replica_of;
          if (service === undefined || !names.includes(service)) return;
          context.addIssue({
            code: 'custom',
            path: [index, 'replica_of'],
            message: `${quote(service)} is the name of a sampler, and of the sum of its replicas`,
            params: { hint: 'name each replica for itself: shop-1, shop-2' },
          });
        });
        names.forEach((name, index) => {
          if (name === undefined || names.indexOf(name) === index) return;
          const hint = 'give each a name of its own';
          context.addIssue({
            code: 'custom',
            path: [index],
            message: `a second sampler is named ${quote(name)}`,
            params: { hint },
          });
        });
      },
      { when: () => true },
    )
    .describe('sources of samples: memory, connections and the rest of the target');

export const monitoringSchema = (schemas: SamplerSchemas | null) =>
  z.strictObject({
    interval: duration('one sample of each series an interval', {
      minMs: 1000,
      maxMs: 3_600_000,
      example: '60s',
    }).optional(),
    metrics: z.array(z.enum(METRICS)).describe('whose series the report shows first').optional(),
    alerts: z
      .record(
        z.string().regex(/^(\*|[a-zA-Z][\w-]*)(\.[a-zA-Z]\w*)?$/, 'is not the name of a metric or a series'),
        z.strictObject({
          threshold,
          for: forTime.optional(),
          severity: z
            .enum(SEVERITIES)
            .describe("how loud; that of the rule whose limit it replaces unless set, else 'warning'")
            .optional(),
        }),
      )
      .describe('limits that are watched while the run lives')
      .optional(),
    samplers: samplersSchema(schemas).optional(),
  });

export type MonitoringInput = z.output<ReturnType<typeof monitoringSchema>>;

/** The monitoring section with every default filled in. */
export function resolveMonitoring(input: MonitoringInput, context: ResolveContext): Monitoring {
  const at = 'monitoring';
  const { fallback } = context;
  return {
    intervalMs: fallback([at, 'interval'], input.interval, USUAL_INTERVAL_MS, '60s'),
    metrics: fallback([at, 'metrics'], input.metrics, METRICS.slice(0, 6), METRICS.slice(0, 6).join(', ')),
    samplers: input.samplers?.map(toSpec) ?? defaultSamplers(context),
    alerts: resolveAlerts(input, context),
  };
}

/** Limits of known metrics, in the units of these. */
function resolveAlerts({ alerts = {}, interval = USUAL_INTERVAL_MS }: MonitoringInput, context: ResolveContext) {
  const { problem } = context;
  return Object.entries(alerts).flatMap(([name, alert]): Monitoring['alerts'] => {
    const path = ['monitoring', 'alerts', name];
    const metric = readMetric(name);
    if (!metric.ok) {
      problem(path, metric.problem, metric.hint);
      return [];
    }
    const limit = readThreshold(alert.threshold, metric.value);
    if (!limit.ok) {
      problem([...path, 'threshold'], limit.problem, limit.hint);
      return [];
    }
    const forMs = alert.for;
    const short = forMs === undefined ? null : tooShortFor(metric.value, forMs, interval);
    if (short !== null) problem([...path, 'for'], short.problem, short.hint);
    const { severity } = alert;
    return [
      {
        metric: name,
        ...limit.value,
        ...(severity === undefined ? {} : { severity }),
        ...(forMs === undefined ? {} : { forMs }),
      },
    ];
  });
}

const toSpec = ({
  kind,
  name,
  role,
  replica_of: replicaOf,
  ...settings
}: z.output<typeof samplerBase>): SamplerSpec => ({
  kind,
  name: name ?? kind,
  ...(role === undefined ? {} : { role }),
  ...(replicaOf === undefined ? {} : { replicaOf }),
  settings,
});

/** A target on this machine is found by its port; of any other, memory is known only when the profile says where. */
function defaultSamplers({ targetUrl, fallback, warn }: ResolveContext): SamplerSpec[] {
  const at = ['monitoring', 'samplers'] as const;
  const port = targetUrl === null ? null : loopbackPort(targetUrl);
  if (port !== null) {
    const process: SamplerSpec = { kind: 'process', name: 'target', settings: { port } };
    return fallback(at, undefined, [process], `process named target, by port ${port}`);
  }
  if (targetUrl !== null) {
    warn(
      at,
      'no sampler is set, and the target is not on this machine: memory cannot be judged',
      'add samplers, for example kind: prometheus',
    );
  }
  return fallback(at, undefined, [], '[] (none)');
}

function loopbackPort(url: string): number | null {
  const { hostname, port, protocol } = new URL(url);
  if (hostname !== 'localhost' && hostname !== '[::1]' && !hostname.startsWith('127.')) return null;
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
