/** Two runs side by side: verdicts, criteria, growth and response times. */
import { ApiError, segment } from '../api.js';
import { fill, h } from '../dom.js';
import { duration, NOTHING, quantity, range, signed, words } from '../format.js';
import { SIGNS } from '../parts/verdict.js';
import { runHash } from '../router.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/verdict.ts').Verdict} Verdict */
/** @typedef {import('../../src/model/verdict.ts').CriterionResult} CriterionResult */
/** @typedef {import('../../src/api/schemas.ts').RunSummary} RunSummary */
/** @typedef {{ run: RunSummary, verdict: Verdict | null }} Side */

export class CompareView {
  /**
   * @param {App} app
   * @param {HTMLElement} root
   * @param {string} a
   * @param {string} b
   */
  constructor(app, root, a, b) {
    this.app = app;
    this.root = root;
    this.ids = [a, b];
    this.leaving = new AbortController();
    /** @type {Side[]} */
    this.sides = [];
  }

  async open() {
    this.app.setConnection('idle');
    this.sides = await Promise.all(this.ids.map((id) => this.#side(id)));
    this.#show();
  }

  close() {
    this.leaving.abort();
  }

  restyle() {
    this.#show();
  }

  key() {
    return false;
  }

  /**
   * @param {string} id
   * @returns {Promise<Side>}
   */
  async #side(id) {
    const { api } = this.app;
    const { signal } = this.leaving;
    const path = `/v1/runs/${segment(id)}`;
    const verdict = api.get(`${path}/verdict`, signal).catch((/** @type {unknown} */ thrown) => {
      if (thrown instanceof ApiError && thrown.status === 404) return null;
      throw thrown;
    });
    return { run: await api.get(path, signal), verdict: await verdict };
  }

  #show() {
    const [a, b] = this.sides;
    if (a === undefined || b === undefined) return;
    const ids = [...new Set([a, b].flatMap(({ verdict }) => verdict?.criteria.map(({ id }) => id) ?? []))];
    const series = [...new Set([a, b].flatMap(({ verdict }) => verdict?.growth.map((one) => one.series) ?? []))];
    fill(
      this.root,
      h('h1', null, 'Comparison'),
      h('div', { class: 'sides' }, this.#head(a), this.#head(b)),
      table(
        'Criteria',
        ['Criterion', 'Limit', 'First', 'Second', 'Difference'],
        ids.map((id) => criterionRow(id, a, b)),
      ),
      table(
        'Growth a day',
        ['Series', '', 'First', 'Second', 'Difference'],
        series.map((id) => growthRow(id, a, b)),
      ),
      table('Response times', ['', '', 'First', 'Second', 'Difference'], latencyRows(a, b)),
    );
  }

  /** @param {Side} side */
  #head({ run, verdict }) {
    const came = verdict?.outcome ?? run.state;
    const times = this.app.times();
    return h(
      'section',
      { class: 'panel side', 'data-outcome': came },
      h('h2', null, h('span', { class: 'sign' }, SIGNS[came] ?? '…'), ' ', h('a', { href: runHash(run.id) }, run.name)),
      h(
        'p',
        null,
        times.dated(run.startMs),
        ` · ${duration((run.endedMs ?? run.endMs) - run.startMs)} · ${words(came)}`,
      ),
      h('p', null, verdict?.headline ?? 'No verdict yet.'),
    );
  }
}

/**
 * @param {string} title
 * @param {string[]} heads
 * @param {HTMLElement[]} rows
 */
const table = (title, heads, rows) =>
  h(
    'section',
    { class: 'panel' },
    h('h2', null, title),
    rows.length === 0
      ? h('p', { class: 'empty' }, 'Neither run tells any.')
      : h(
          'div',
          { class: 'scroll-x' },
          h(
            'table',
            null,
            h(
              'thead',
              null,
              h(
                'tr',
                null,
                heads.map((text, at) => h('th', { scope: 'col', class: at > 1 ? 'num' : '' }, text)),
              ),
            ),
            h('tbody', null, rows),
          ),
        ),
  );

/**
 * @param {string} id
 * @param {Side} a
 * @param {Side} b
 */
function criterionRow(id, a, b) {
  const [first, second] = [a, b].map(({ verdict }) => verdict?.criteria.find((one) => one.id === id));
  const known = second ?? first;
  const unit = known?.unit ?? '';
  const shown = (/** @type {CriterionResult | undefined} */ one) =>
    one === undefined ? NOTHING : `${SIGNS[one.status] ?? ''} ${quantity(one.actual, unit)}`;
  const title = (/** @type {CriterionResult | undefined} */ one) =>
    one === undefined ? '' : `${one.why} 95 % interval: ${range(one.interval, unit)}`;
  return h(
    'tr',
    null,
    h('th', { scope: 'row' }, known?.name ?? id),
    h('td', null, known?.targetText ?? ''),
    h('td', { class: 'num', 'data-status': first?.status, title: title(first) }, shown(first)),
    h('td', { class: 'num', 'data-status': second?.status, title: title(second) }, shown(second)),
    h('td', { class: 'num' }, difference(first?.actual, second?.actual, unit)),
  );
}

/**
 * @param {string} id
 * @param {Side} a
 * @param {Side} b
 */
function growthRow(id, a, b) {
  const [first, second] = [a, b].map(({ verdict }) => verdict?.growth.find((one) => one.series === id));
  const cell = (/** @type {typeof first} */ one) =>
    h(
      'td',
      { class: 'num', title: one?.why ?? '' },
      one === undefined ? NOTHING : `${signed(one.growthPercentPer24h, 'percent')} (${range(one.interval, 'percent')})`,
      one === undefined ? null : h('span', { class: 'badge', 'data-state': one.state }, words(one.state)),
    );
  return h(
    'tr',
    null,
    h('th', { scope: 'row' }, id),
    h('td'),
    cell(first),
    cell(second),
    h('td', { class: 'num' }, difference(first?.growthPercentPer24h, second?.growthPercentPer24h, 'percent')),
  );
}

/**
 * @param {Side} a
 * @param {Side} b
 */
function latencyRows(a, b) {
  const levels = [...new Set([a, b].flatMap(({ verdict }) => verdict?.latency.map(({ level }) => level) ?? []))];
  return levels.flatMap((level) => {
    const [first, second] = [a, b].map(({ verdict }) => verdict?.latency.find((one) => one.level === level));
    return /** @type {const} */ (['p50Ms', 'p95Ms', 'p99Ms']).map((name) =>
      h(
        'tr',
        null,
        h(
          'th',
          { scope: 'row' },
          `${name.slice(0, 3).toUpperCase()}, ${level === 'all' ? 'all load' : `${level} load`}`,
        ),
        h('td'),
        h('td', { class: 'num' }, duration(first?.[name])),
        h('td', { class: 'num' }, duration(second?.[name])),
        h('td', { class: 'num' }, difference(first?.[name], second?.[name], 'milliseconds')),
      ),
    );
  });
}

/**
 * @param {number | null | undefined} first
 * @param {number | null | undefined} second
 * @param {string} unit
 */
const difference = (first, second, unit) =>
  first === null || first === undefined || second === null || second === undefined
    ? NOTHING
    : signed(second - first, unit);
