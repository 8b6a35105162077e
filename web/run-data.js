/** The numbers of one run by the grid: asked for what is in sight, kept, and carried on while it lives. */
import { segment } from './api.js';

/** @typedef {import('./api.js').Api} Api */
/** @typedef {import('./time-axis.js').Range} Range */
/** @typedef {(number | null)[]} Column */
/** @typedef {{ fromMs: number, stepMs: number, count: number, columns: Record<string, Column> }} Grid */
/** @typedef {{ load: Grid, latency: Grid }} LoadGrids */

const LOAD_COLUMNS = [
  'plannedRequests',
  'requests',
  'failedRequests',
  'plannedIterations',
  'starvedIterations',
  'leastServedPerMinute',
  'mostServedPerMinute',
  'worstFailedPercent',
];
const LATENCY_COLUMNS = ['p50Ms', 'p95Ms', 'p99Ms'];
const SAMPLE_COLUMNS = ['min', 'mean', 'max'];
/** A chart's pixels tell no more. */
const DIGITS = 5;

const STEPS_MS = [10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600].map((seconds) => seconds * 1_000);

/**
 * The finest step that gives no more entries than a chart can show.
 * @param {Range} range
 * @param {number} points
 * @param {number} leastMs
 */
export function stepFor({ fromMs, untilMs }, points, leastMs) {
  const wanted = Math.max(leastMs, (untilMs - fromMs) / points);
  return STEPS_MS.find((ms) => ms >= wanted && ms % leastMs === 0) ?? Math.ceil(wanted / 3_600_000) * 3_600_000;
}

/**
 * Puts newer entries into a grid of the same step.
 * @param {Grid} grid
 * @param {Grid} newer
 */
export function merge(grid, newer) {
  const offset = Math.round((newer.fromMs - grid.fromMs) / grid.stepMs);
  for (const [name, column] of Object.entries(newer.columns)) {
    const into = grid.columns[name];
    if (into === undefined) continue;
    column.forEach((value, at) => {
      const place = offset + at;
      if (place < 0) return;
      while (into.length < place) into.push(null);
      into[place] = value;
    });
    grid.count = Math.max(grid.count, into.length);
  }
}

/**
 * From where grids are carried on together so that none gets a gap that never was: the oldest of their ends. The last entries
 * are asked for once more, since they may not have been whole.
 * @param {readonly Grid[]} grids
 */
export const oldestEnd = (grids) =>
  Math.min(...grids.map(({ fromMs, stepMs, count }) => fromMs + Math.max(0, count - 2) * stepMs));

/**
 * Middle of each step, seconds.
 * @param {Grid} grid
 */
export const instantsOf = ({ fromMs, stepMs, count }) =>
  Array.from({ length: count }, (_, at) => (fromMs + (at + 0.5) * stepMs) / 1_000);

export class RunData {
  /**
   * @param {Api} api
   * @param {string} runId
   */
  constructor(api, runId) {
    this.api = api;
    this.path = `/v1/runs/${segment(runId)}`;
  }

  /**
   * @param {Range} range
   * @param {number} stepMs
   * @param {AbortSignal} signal
   * @returns {Promise<LoadGrids>}
   */
  async load({ fromMs, untilMs }, stepMs, signal) {
    const query = new URLSearchParams({
      from: String(Math.round(fromMs)),
      to: String(Math.round(untilMs)),
      step: String(stepMs),
      columns: LOAD_COLUMNS.join(','),
      digits: String(DIGITS),
    });
    const { columns, latency, ...grid } = await this.api.get(`${this.path}/windows?${query}`, signal);
    const { fromMs: latencyFromMs, stepMs: latencyStepMs, count } = latency;
    const quantiles = Object.fromEntries(LATENCY_COLUMNS.map((name) => [name, latency[name]]));
    return {
      load: { ...grid, columns },
      latency: { fromMs: latencyFromMs, stepMs: latencyStepMs, count, columns: quantiles },
    };
  }

  /**
   * @param {string[]} series
   * @param {Range} range
   * @param {number} stepMs
   * @param {AbortSignal} signal
   * @returns {Promise<Map<string, Grid>>}
   */
  async samples(series, { fromMs, untilMs }, stepMs, signal) {
    const query = new URLSearchParams({
      from: String(Math.round(fromMs)),
      to: String(Math.round(untilMs)),
      step: String(stepMs),
      series: series.join(','),
      columns: SAMPLE_COLUMNS.join(','),
      digits: String(DIGITS),
    });
    const answer = await this.api.get(`${this.path}/samples?${query}`, signal);
    /** @type {Map<string, Grid>} */
    const grids = new Map();
    for (const { id, min, mean, max } of answer.series) {
      const { fromMs: gridFromMs, stepMs: gridStepMs, count } = answer;
      grids.set(id, { fromMs: gridFromMs, stepMs: gridStepMs, count, columns: { min, mean, max } });
    }
    return grids;
  }

  /**
   * All events, page by page.
   * @param {AbortSignal} signal
   * @returns {Promise<import('../src/model/run.ts').RunEvent[]>}
   */
  async events(signal) {
    const events = [];
    let after = 0;
    for (;;) {
      const page = await this.api.get(`${this.path}/events?limit=1000&after=${after}`, signal);
      events.push(...page.events);
      if (page.nextAfter === null) return events;
      after = page.nextAfter;
    }
  }
}
