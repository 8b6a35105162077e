/** Named series of a process that shows metrics itself: Prometheus text format or OpenMetrics. */
import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import { request } from '../../base/http-request.ts';
import { httpAddress } from '../address.ts';
import { addressOf, hostOf, resolveHeaders } from '../http-address.ts';
import { natureOf } from '../metric-nature.ts';
import { headers, natureSettings, seriesName, withSettings } from '../metric-settings.ts';
import { type MetricSample, matches, parseMetricText, parseSelector, type Selector } from '../metric-text.ts';
import { CounterOwner, CounterRate } from '../rate.ts';
import type { Sampler, SamplerPlugin, SeriesDeclaration } from '../sampler.ts';

/** Metrics of the client libraries that tell one process from the next. */
const START_TIME = 'process_start_time_seconds';

/** OpenMetrics is asked for second: its counters are called `_total` by rule, which older pages only may do. */
const ACCEPT = 'text/plain;version=0.0.4;q=1,application/openmetrics-text;version=1.0.0;q=0.8,*/*;q=0.1';

const selector = z
  .string()
  .describe('name of the metric, with label matchers as in PromQL: http_requests_total{code="500"}')
  .superRefine((text, context) => {
    const read = parseSelector(text);
    if (!read.ok) context.addIssue({ code: 'custom', message: read.problem, params: { hint: read.hint } });
  });

const seriesSettings = z.strictObject({
  metric: selector,
  aggregate: z
    .enum(['sum', 'max', 'min', 'mean'])
    .describe('one value out of several that fit; sum without it')
    .default('sum'),
  rate: z
    .boolean()
    .describe('growth per second instead of the value; true for names that end as counters do, without it')
    .optional(),
  ...natureSettings,
});

const settings = z.strictObject({
  url: httpAddress('address of the page; without it `path` at the target').optional(),
  path: z.string().startsWith('/', 'begins with /').describe('path at the target').default('/metrics'),
  headers,
  series: z
    .record(seriesName, z.union([selector, seriesSettings]))
    .describe('name of each series, and the metric that it shows'),
});

interface Wanted {
  declaration: SeriesDeclaration;
  selector: Selector;
  aggregate: z.output<typeof seriesSettings>['aggregate'];
  rate: CounterRate | null;
}

export const prometheusSource: SamplerPlugin<typeof settings> = {
  kind: 'prometheus',
  settings,

  hosts: (given, { targetUrl }) => [hostOf(addressOf(given, targetUrl))],

  start(given, { clock, targetUrl, secret }): Sampler {
    const url = addressOf(given, targetUrl);
    const requestHeaders = { accept: ACCEPT, ...resolveHeaders(given.headers, secret) };
    const wanted = Object.entries(given.series).map(([name, one]) => wantedOf(name, one));
    const names = new Set([START_TIME, ...wanted.map(({ selector }) => selector.name)]);
    const owner = new CounterOwner();
    for (const { rate } of wanted) if (rate !== null) owner.add(rate);
    let startedSeconds: number | null = null;

    return {
      series: wanted.map(({ declaration }) => declaration),
      cheap: true,

      async read(signal) {
        const { status, body } = await request(url, { headers: requestHeaders, signal });
        if (status !== 200) {
          throw new SoakdError(`the page of metrics answered with status ${status}`, {
            code: 'metrics_status',
            hint: `try: curl ${url}`,
          });
        }
        const samples = parseMetricText(body, names);
        const atMs = clock.monotonicMs();
        const starts = samples.filter(({ name }) => name === START_TIME);
        startedSeconds = starts.length === 1 ? (starts[0]?.value ?? null) : null;
        owner.is(startedSeconds === null ? null : String(startedSeconds));
        return wanted.map(({ selector, aggregate, rate }) => {
          const value = aggregated(
            samples.filter((sample) => matches(selector, sample)),
            aggregate,
          );
          return rate === null ? value : rate.next(value, atMs);
        });
      },
      identity: () => (startedSeconds === null ? null : `process started at ${startedSeconds.toFixed(2)}`),
      startedMs: () => (startedSeconds === null ? null : startedSeconds * 1000),
    };
  },
};

function wantedOf(name: string, given: z.output<typeof settings>['series'][string]): Wanted {
  const one = typeof given === 'string' ? seriesSettings.parse({ metric: given }) : given;
  const read = parseSelector(one.metric);
  if (!read.ok) throw new SoakdError(read.problem, { code: 'profile_invalid', hint: read.hint });
  const nature = natureOf(read.value.name);
  const counter = one.rate ?? nature.counter;
  const { counter: _, ...described } = withSettings(counter === nature.counter ? nature : natureOfGauge(counter), one);
  return {
    declaration: { name, ...described },
    selector: read.value,
    aggregate: one.aggregate,
    rate: counter ? new CounterRate() : null,
  };
}

/** The profile contradicts the name: then the name tells nothing. */
const natureOfGauge = (counter: boolean): ReturnType<typeof natureOf> => ({
  unit: counter ? 'per_second' : 'count',
  counter,
  leakCandidate: false,
  memory: false,
});

/** Null without a sample and when any of them is no finite number. */
export function aggregated(samples: readonly MetricSample[], aggregate: 'sum' | 'max' | 'min' | 'mean'): number | null {
  const values = samples.map(({ value }) => value);
  if (values.length === 0 || !values.every(Number.isFinite)) return null;
  if (aggregate === 'max') return values.reduce((a, b) => Math.max(a, b));
  if (aggregate === 'min') return values.reduce((a, b) => Math.min(a, b));
  const sum = values.reduce((a, b) => a + b);
  return aggregate === 'sum' ? sum : sum / values.length;
}
