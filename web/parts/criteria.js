/** Each criterion: what it asks, what was found, with which interval, and what follows. */
import { h, keepList, say } from '../dom.js';
import { quantity, range, words } from '../format.js';
import { SIGNS } from './verdict.js';

/** @typedef {import('../../src/model/verdict.ts').CriterionResult} CriterionResult */

const ORDER = ['fail', 'inconclusive', 'pass', 'not_applicable'];

export class Criteria {
  constructor() {
    this.body = h('tbody');
    this.table = h(
      'table',
      { class: 'criteria' },
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          ...['', 'Criterion', 'Value, 95 % interval', 'Limit'].map((text) => h('th', { scope: 'col' }, text)),
        ),
      ),
      this.body,
    );
    this.empty = h('p', { class: 'empty' }, 'Nothing has been judged yet.');
    this.element = h(
      'section',
      { class: 'panel', id: 'criteria', tabindex: '-1', 'aria-label': 'criteria' },
      h('h2', null, 'Criteria'),
      this.empty,
      this.table,
    );
    this.show([]);
  }

  /** @param {readonly CriterionResult[]} criteria */
  show(criteria) {
    this.empty.hidden = criteria.length > 0;
    this.table.hidden = criteria.length === 0;
    const sorted = criteria.toSorted((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
    keepList(this.body, sorted, ({ id }) => id, makeRow, showRow);
  }
}

const makeRow = () =>
  h(
    'tr',
    null,
    h('td', { class: 'status', role: 'img' }),
    h('th', { scope: 'row' }, h('span'), h('small')),
    h('td', { class: 'num' }, h('span'), h('small')),
    h('td', { class: 'num' }),
  );

/**
 * @param {HTMLElement} row
 * @param {CriterionResult} criterion
 */
function showRow(row, { status, name, actual, interval, targetText, unit, why, worst, fromProfile, evidence }) {
  row.dataset.status = status;
  const [sign, head, found, limit] = row.children;
  const [title, note] = head?.children ?? [];
  const [value, between] = found?.children ?? [];
  if (!sign || !limit || !title || !note || !value || !between) return;
  say(sign, SIGNS[status] ?? '?');
  sign.setAttribute('title', words(status));
  sign.setAttribute('aria-label', words(status));
  say(title, name);
  const reason = worst !== null && !why.includes(worst) ? `${worst}: ${why}` : why;
  say(note, status === 'pass' ? '' : reason);
  row.title = `${why} (${evidence})${fromProfile ? '' : '; a default, not in the profile'}`;
  say(value, quantity(actual, unit));
  say(between, interval === null ? '' : range(interval, unit));
  say(limit, targetText.replace('<=', '≤').replace('>=', '≥').replace('==', '='));
}
