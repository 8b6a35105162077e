/** Requests by name over the stretch that is shown: how many, how well, how fast, and whether they become slower. */
import { h, keepList, say } from '../dom.js';
import { duration, NOTHING, number, quantity, range, signed, words } from '../format.js';

/** @typedef {import('../../src/api/request-table.ts').RequestLine} RequestLine */
/** @typedef {import('../../src/model/verdict.ts').RequestDrift} RequestDrift */
/** @typedef {RequestLine & { drift: RequestDrift | undefined }} Row */

/** @type {{ id: string, name: string, isText?: boolean, value: (row: Row) => number | string | null }[]} */
const COLUMNS = [
  { id: 'name', name: 'Request', isText: true, value: ({ name }) => name },
  { id: 'requests', name: 'Requests', value: ({ requests }) => requests },
  { id: 'failed', name: 'Failed', value: ({ failed, requests }) => (requests === 0 ? null : failed / requests) },
  { id: 'p50', name: 'P50', value: ({ p50Ms }) => p50Ms },
  { id: 'p95', name: 'P95', value: ({ p95Ms }) => p95Ms },
  { id: 'p99', name: 'P99', value: ({ p99Ms }) => p99Ms },
  { id: 'drift', name: 'Drift of P95 a day', value: ({ drift }) => drift?.growthPercentPer24h ?? null },
];

export class Requests {
  constructor() {
    /** @type {RequestLine[]} */
    this.lines = [];
    /** @type {Map<string | null, RequestDrift>} */
    this.drift = new Map();
    this.sortedBy = 'requests';
    this.descending = true;
    this.heads = COLUMNS.map(({ id, name, isText }) =>
      h(
        'th',
        { scope: 'col', class: isText ? '' : 'num' },
        h('button', { type: 'button', onclick: () => this.#sort(id) }, name),
      ),
    );
    this.body = h('tbody');
    this.note = h('small');
    this.empty = h('p', { class: 'empty' }, 'No requests in this stretch.');
    this.element = h(
      'section',
      { class: 'panel', id: 'requests', tabindex: '-1', 'aria-label': 'requests' },
      h('h2', null, 'Requests', this.note),
      h(
        'div',
        { class: 'scroll-x' },
        h('table', { class: 'requests' }, h('thead', null, h('tr', null, ...this.heads)), this.body),
      ),
      this.empty,
    );
    this.#show();
  }

  /**
   * @param {RequestLine[]} lines
   * @param {string} stretch
   */
  setLines(lines, stretch) {
    this.lines = lines;
    say(this.note, stretch);
    this.#show();
  }

  /** @param {readonly RequestDrift[]} drift */
  setDrift(drift) {
    this.drift = new Map(drift.map((one) => [one.request, one]));
    this.#show();
  }

  /** @param {string} id */
  #sort(id) {
    this.descending = this.sortedBy === id ? !this.descending : id !== 'name';
    this.sortedBy = id;
    this.#show();
  }

  #show() {
    const column = COLUMNS.find(({ id }) => id === this.sortedBy);
    // With one name alone its drift is that of all.
    const rows = this.lines.map((line) => ({
      ...line,
      drift: this.drift.get(line.name) ?? (this.lines.length === 1 ? this.drift.get(null) : undefined),
    }));
    const sign = this.descending ? -1 : 1;
    rows.sort((a, b) => sign * compared(column?.value(a) ?? null, column?.value(b) ?? null));
    COLUMNS.forEach(({ id }, at) => {
      this.heads[at]?.setAttribute(
        'aria-sort',
        id !== this.sortedBy ? 'none' : this.descending ? 'descending' : 'ascending',
      );
    });
    this.empty.hidden = rows.length > 0;
    keepList(this.body, rows, ({ name }) => name, makeRow, showRow);
  }
}

/**
 * What is missing is less than everything.
 * @param {number | string | null} a
 * @param {number | string | null} b
 */
function compared(a, b) {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

const makeRow = () =>
  h('tr', null, h('th', { scope: 'row' }), ...COLUMNS.slice(1).map(() => h('td', { class: 'num' })));

/**
 * @param {HTMLElement} element
 * @param {Row} row
 */
function showRow(element, { name, requests, failed, byOutcome, p50Ms, p95Ms, p99Ms, drift }) {
  const share = requests === 0 ? null : (100 * failed) / requests;
  const texts = [
    name,
    number(requests),
    failed === 0 ? '0' : `${number(failed)} (${quantity(share, 'percent')})`,
    duration(p50Ms),
    duration(p95Ms),
    duration(p99Ms),
    drift === undefined ? NOTHING : `${signed(drift.growthPercentPer24h, 'percent')} · ${words(drift.state)}`,
  ];
  texts.forEach((text, at) => {
    const cell = element.children[at];
    if (cell) say(cell, text);
  });
  const [, , failedCell, , , , driftCell] = element.children;
  const { http_error: http, timeout, connect } = byOutcome;
  failedCell?.setAttribute(
    'title',
    `${number(http)} refused by status, ${number(timeout)} timed out, ${number(connect)} without connection`,
  );
  failedCell?.classList.toggle('some', failed > 0);
  if (driftCell instanceof HTMLElement) {
    driftCell.title = drift === undefined ? '' : `${drift.why} 95 % interval: ${range(drift.interval, 'percent')}.`;
    driftCell.dataset.state = drift?.state ?? '';
  }
}
