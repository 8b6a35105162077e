/** What happened, in words, newest first; a click shows that time in the charts. */
import { h, keepList, say } from '../dom.js';
import { counted, words } from '../format.js';

/** @typedef {import('../../src/model/run.ts').RunEvent} RunEvent */
/** @typedef {import('../../src/model/run.ts').Action} Action */
/** @typedef {import('../times.js').Times} Times */
/** @typedef {{ key: string, atMs: number, severity: string, kind: string, text: string }} Line */

const FIRST = 60;

export class Events {
  /**
   * @param {() => Times} times
   * @param {(atMs: number) => void} onPick
   */
  constructor(times, onPick) {
    this.times = times;
    this.onPick = onPick;
    /** @type {Line[]} */
    this.lines = [];
    this.most = FIRST;
    this.search = h('input', {
      type: 'search',
      placeholder: 'filter events',
      'aria-label': 'filter events',
      oninput: () => this.#show(),
    });
    this.severity = h(
      'select',
      { 'aria-label': 'severity', onchange: () => this.#show() },
      h('option', { value: '' }, 'all'),
      h('option', { value: 'warning' }, 'warnings and errors'),
      h('option', { value: 'error' }, 'errors'),
      h('option', { value: 'action' }, 'actions and notes'),
    );
    this.list = h('ol', { class: 'events' });
    this.empty = h('p', { class: 'empty' }, 'Nothing to tell.');
    this.more = h('button', { type: 'button', onclick: () => this.#showMore() }, 'Show more');
    this.count = h('small');
    this.element = h(
      'section',
      { class: 'panel', id: 'events', tabindex: '-1', 'aria-label': 'events' },
      h('div', { class: 'section-head' }, h('h2', null, 'Events', this.count), this.severity, this.search),
      this.list,
      this.empty,
      this.more,
    );
  }

  /**
   * @param {readonly RunEvent[]} events
   * @param {readonly Action[]} actions
   */
  show(events, actions) {
    this.lines = [
      ...events.map(({ id, atMs, severity, kind, message }) => ({
        key: `e${id}`,
        atMs,
        severity,
        kind: words(kind),
        text: message,
      })),
      ...actions.map(({ id, atMs, kind, text, who }) => ({
        ...{
          key: `a${id}`,
          atMs,
          severity: 'action',
          kind: kind === 'annotate' ? 'note' : 'action',
          text: `${text}, by ${who}`,
        },
      })),
    ].sort((a, b) => b.atMs - a.atMs);
    this.#show();
  }

  #showMore() {
    this.most += 200;
    this.#show();
  }

  #show() {
    const text = this.search.value.trim().toLowerCase();
    const wanted = this.severity.value;
    const fitting = this.lines.filter(
      (line) =>
        (wanted === '' || line.severity === wanted || (wanted === 'warning' && line.severity === 'error')) &&
        (text === '' || `${line.kind} ${line.text}`.toLowerCase().includes(text)),
    );
    const shown = fitting.slice(0, this.most);
    keepList(
      this.list,
      shown,
      ({ key }) => key,
      (line) => this.#line(line),
    );
    this.empty.hidden = shown.length > 0;
    this.more.hidden = fitting.length <= shown.length;
    say(
      this.count,
      fitting.length === this.lines.length
        ? counted(fitting.length, 'event')
        : `${fitting.length} of ${this.lines.length}`,
    );
  }

  /** Times are shown in another zone. */
  restyle() {
    this.list.replaceChildren();
    this.#show();
  }

  /** @param {Line} line */
  #line({ atMs, severity, kind, text }) {
    return h(
      'li',
      { 'data-severity': severity },
      h(
        'button',
        { type: 'button', title: 'show this time in the charts', onclick: () => this.onPick(atMs) },
        h('time', { datetime: new Date(atMs).toISOString() }, this.times().moment(atMs)),
      ),
      h('span', { class: 'kind' }, kind),
      h('span', { class: 'text' }, text),
    );
  }
}
