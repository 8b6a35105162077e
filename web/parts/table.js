import { h } from '../dom.js';

/**
 * A table that scrolls sideways by itself where the screen is narrow.
 * @param {(string | HTMLElement)[]} heads a text is a plain head
 * @param {HTMLElement[]} rows
 * @param {Record<string, string>} [attributes] of the table
 */
export const tableOf = (heads, rows, attributes) =>
  h(
    'div',
    { class: 'scroll-x' },
    h(
      'table',
      attributes ?? null,
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          heads.map((head) => (typeof head === 'string' ? h('th', { scope: 'col' }, head) : head)),
        ),
      ),
      h('tbody', null, rows),
    ),
  );
