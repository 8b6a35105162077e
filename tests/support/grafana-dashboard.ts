/** The dashboard as far as it is asked of Prometheus: the classic JSON model of Grafana. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const datasource = z.object({ type: z.string(), uid: z.string() });
const gridPos = z.object({ h: z.int(), w: z.int().max(24), x: z.int(), y: z.int() });
const threshold = z.object({ color: z.string(), value: z.number().nullable() });

const panel = z.object({
  id: z.int(),
  type: z.enum(['row', 'stat', 'timeseries', 'bargauge', 'table']),
  title: z.string().min(1),
  gridPos,
  datasource: datasource.optional(),
  fieldConfig: z
    .object({
      defaults: z.object({ unit: z.string(), thresholds: z.object({ steps: z.array(threshold).min(1) }) }),
    })
    .optional(),
  targets: z
    .array(
      z.object({
        refId: z.string(),
        datasource,
        expr: z.string().min(1),
        range: z.boolean(),
        instant: z.boolean(),
        format: z.enum(['time_series', 'table']),
      }),
    )
    .optional(),
});

const dashboardSchema = z.object({
  uid: z.string().min(1).max(40),
  title: z.string().min(1),
  schemaVersion: z.int(),
  panels: z.array(panel),
  templating: z.object({
    list: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        query: z.union([z.string(), z.object({ query: z.string() })]),
        allValue: z.string().nullish(),
      }),
    ),
  }),
  annotations: z.object({
    list: z.array(
      z.object({
        name: z.string(),
        datasource,
        builtIn: z.literal(1).optional(),
        target: z.object({ expr: z.string().min(1) }).optional(),
        useValueForTime: z.boolean().optional(),
      }),
    ),
  }),
});

export type Dashboard = z.infer<typeof dashboardSchema>;

export const readDashboard = (): Dashboard =>
  dashboardSchema.parse(JSON.parse(readFileSync('config/grafana/soakd.json', 'utf8')));

/** Every query of panels and annotations, with variables at "All" as Grafana fills them in. */
export function queriesOf({ panels, annotations }: Dashboard): { of: string; query: string }[] {
  return [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ refId, expr }) => ({ of: `${title} ${refId}`, query: filled(expr) })),
    ),
    ...annotations.list.flatMap(({ name, target }) =>
      target === undefined ? [] : [{ of: `annotation ${name}`, query: filled(target.expr) }],
    ),
  ];
}

/** `label_values(selector, label)` of the variables that ask Prometheus. */
export function variablesOf({ templating }: Dashboard): { name: string; selector: string; label: string }[] {
  return templating.list.flatMap(({ name, type, query }) => {
    if (type !== 'query') return [];
    const text = filled(typeof query === 'string' ? query : query.query);
    const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(text) ?? [];
    if (selector === undefined || label === undefined) throw new Error(`${name}: ${text} is no label_values`);
    return [{ name, selector, label }];
  });
}

/** Of a scrape each second Grafana would take four seconds; a little more bears a slow machine. */
const filled = (query: string): string =>
  query.replaceAll(/\$__rate_interval\b/g, '10s').replaceAll(/\$(run|profile|job)\b/g, '.+');
