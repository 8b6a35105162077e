/** Each criterion: what it asks, what was found, with which interval, and what follows. */
import { h, keepList, say } from '../dom.js';
import { quantity, range, words } from '../format.js';
import { SIGNS } from './verdict.js';

/** @typedef {import('../../src/model/verdict.ts').CriterionResult} CriterionResult */

const ORDER = ['fail', 'inconclusive', 'pass', 'not_applicable'];

export class Criteria {
  constructor() {
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
    // Each is a group of two rows: the finding, and below it why.
    keepList(this.table, sorted, ({ id }) => id, makeGroup, showGroup);
  }
}

const makeGroup = () =>
  h(
    'tbody',
    null,
    h(
      'tr',
      null,
      h('td', { class: 'status', role: 'img' }),
      h('th', { scope: 'row' }),
      h('td', { class: 'num' }, h('span'), h('small')),
      h('td', { class: 'num' }),
    ),
    h('tr', { class: 'why' }, h('td'), h('td', { colspan: 3 })),
  );

/**
 * @param {HTMLElement} group
 * @param {CriterionResult} criterion
 */
function showGroup(group, { status, name, actual, interval, targetText, unit, why, worst, fromProfile, evidence }) {
  group.dataset.status = status;
  const [row, reasons] = group.children;
  const [sign, title, found, limit] = row?.children ?? [];
  const [value, between] = found?.children ?? [];
  const reason = reasons?.lastElementChild ?? null;
  if (!sign || !title || !limit || !value || !between || !(reasons instanceof HTMLElement) || reason === null) return;
  say(sign, SIGNS[status] ?? '?');
  sign.setAttribute('title', words(status));
  sign.setAttribute('aria-label', words(status));
  say(title, name);
  say(value, quantity(actual, unit));
  say(between, interval === null ? '' : range(interval, unit));
  say(limit, targetText.replace('<=', '≤').replace('>=', '≥').replace('==', '='));
  reasons.hidden = status === 'pass';
  say(reason, worst !== null && !why.includes(worst) ? `${worst}: ${why}` : why);
  group.title = `${why} (${evidence})${fromProfile ? '' : '; a default, not in the profile'}`;
}
