/** Load, response times and failures: the three charts that every run has. */
import { Chart } from '../chart.js';
import { h } from '../dom.js';
import { quantity } from '../format.js';
import { instantsOf } from '../run-data.js';

/** @typedef {import('../run-data.js').LoadGrids} LoadGrids */
/** @typedef {import('../run-data.js').Column} Column */
/** @typedef {import('../../src/model/verdict.ts').CriterionResult} CriterionResult */
/** @typedef {import('../chart.js').ChartContext} ChartContext */
/** @typedef {import('../chart.js').ChartSpec} ChartSpec */

/** @type {ChartSpec} */
const LOAD = {
  title: 'Load',
  unit: 'per_minute',
  height: 190,
  fromZero: true,
  lines: [
    { label: 'most in a minute', colour: 'series-1', width: 0, quiet: true },
    { label: 'least in a minute', colour: 'series-1', width: 0, quiet: true },
    { label: 'planned', colour: 'series-plan', width: 1.25, dash: [4, 3], area: 0.12 },
    { label: 'served', colour: 'series-1', width: 1.75 },
  ],
  bands: [{ edges: [0, 1], colour: 'series-1', alpha: 0.2 }],
};

/** @type {ChartSpec} */
const LATENCY = {
  title: 'Response time',
  unit: 'milliseconds',
  height: 180,
  distribution: 'log',
  lines: [
    { label: 'P99', colour: 'series-3', width: 1 },
    { label: 'P95', colour: 'series-2', width: 1.75 },
    { label: 'P50', colour: 'series-1', width: 1.5 },
  ],
};

/** @type {ChartSpec} */
const FAILED = {
  title: 'Failures',
  unit: 'percent',
  height: 140,
  fromZero: true,
  distribution: 'asinh',
  leastTop: 0.5,
  lines: [
    { label: 'worst minute', colour: 'series-4', width: 1 },
    { label: 'failed', colour: 'bad', width: 1.5, area: 0.2 },
    { label: 'starved', colour: 'series-5', width: 1.5, dash: [2, 3] },
  ],
};

const NOTES = {
  Load: 'requests a minute; the shade spans the least and the most of any minute',
  'Response time': 'logarithmic; all requests, a failed one counted as no faster than the time-out',
  Failures: 'share of requests; starved: arrivals for which no user was free, because all hung in a request',
};

/** A step that was seen for less than this has no rate. */
const LEAST_COVERED_MS = 9_000;

export class LoadCharts {
  /** @param {ChartContext} context */
  constructor(context) {
    this.context = context;
    this.load = this.#made(LOAD, context);
    this.latency = this.#made(LATENCY, context);
    this.failed = this.#made(FAILED, context);
    this.elements = [this.load, this.latency, this.failed].map(({ host }) => host);
    this.charts = [this.load, this.latency, this.failed].map(({ chart }) => chart);
  }

  /**
   * @param {ChartSpec} spec
   * @param {ChartContext} context
   */
  #made(spec, context) {
    const note = NOTES[/** @type {keyof typeof NOTES} */ (spec.title)];
    const body = h('div', { class: 'chart-body' });
    const host = h(
      'figure',
      { class: 'panel chart', tabindex: '0', 'data-chart': spec.title },
      h('figcaption', null, h('h2', null, spec.title, h('small', null, note))),
      body,
    );
    return { host, chart: new Chart(body, spec, context) };
  }

  /** @param {readonly CriterionResult[]} criteria */
  setLimits(criteria) {
    const limitOf = (/** @type {string} */ id) => {
      const found = criteria.find((one) => one.id === id);
      return found === undefined || found.target === null
        ? null
        : {
            value: found.target,
            text: `${id === 'error_rate' ? 'of the whole run ' : 'P95 '}${found.targetText.replace('<=', '≤')}`,
          };
    };
    this.failed.chart.limit = limitOf('error_rate');
    this.latency.chart.limit = limitOf('response_time_p95') ?? limitOf('response_time_p95_normal');
  }

  /**
   * @param {LoadGrids} grids
   * @param {{ startMs: number, endMs: number, knownMs: number }} run how far windows go
   */
  show({ load, latency }, { startMs, endMs, knownMs }) {
    const { fromMs, stepMs, count, columns } = load;
    const planned = column(columns.plannedRequests, count);
    const requests = column(columns.requests, count);
    const rate = (/** @type {number | null} */ value, /** @type {number} */ at, /** @type {number} */ untilMs) => {
      const coveredMs = Math.min(untilMs, fromMs + (at + 1) * stepMs) - Math.max(startMs, fromMs + at * stepMs);
      return value === null || coveredMs < LEAST_COVERED_MS ? null : (value * 60_000) / coveredMs;
    };
    const share = (/** @type {Column} */ parts, /** @type {Column} */ wholes) =>
      parts.map((part, at) => {
        const whole = wholes[at] ?? null;
        return part === null || whole === null || whole === 0 ? null : (100 * part) / whole;
      });
    const instants = instantsOf(load);
    this.load.chart.setData([
      instants,
      column(columns.mostServedPerMinute, count),
      column(columns.leastServedPerMinute, count),
      planned.map((value, at) => rate(value, at, endMs)),
      requests.map((value, at) => rate(value, at, Math.min(knownMs, endMs))),
    ]);
    const starved = column(columns.starvedIterations, count).map((value) => (value === 0 ? null : value));
    this.failed.chart.setData([
      instants,
      column(columns.worstFailedPercent, count),
      share(column(columns.failedRequests, count), requests),
      share(starved, column(columns.plannedIterations, count)),
    ]);
    const quantile = (/** @type {string} */ name) => column(latency.columns[name], latency.count);
    this.latency.chart.setData([instantsOf(latency), quantile('p99Ms'), quantile('p95Ms'), quantile('p50Ms')]);
    this.load.host.setAttribute(
      'aria-label',
      `Load: served ${quantity(last(requests.map((v, at) => rate(v, at, knownMs))), 'per_minute')}; arrow keys move through the values`,
    );
    this.latency.host.setAttribute(
      'aria-label',
      `Response time: P95 ${quantity(last(quantile('p95Ms')), 'milliseconds')}; arrow keys move through the values`,
    );
    this.failed.host.setAttribute('aria-label', 'Failures; arrow keys move through the values');
  }
}

/**
 * @param {Column | undefined} values
 * @param {number} count
 * @returns {Column}
 */
function column(values, count) {
  const given = values ?? [];
  return given.length === count ? given : Array.from({ length: count }, (_, at) => given[at] ?? null);
}

/** @param {Column} values */
const last = (values) => values.findLast((value) => value !== null) ?? null;
