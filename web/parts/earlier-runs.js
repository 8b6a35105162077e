/** Earlier runs of the same profile, each a step away from a comparison. */
import { h, keepList } from '../dom.js';
import { duration, words } from '../format.js';
import { compareHash, runHash } from '../router.js';
import { SIGNS } from './verdict.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/api/schemas.ts').RunSummary} RunSummary */

const MOST = 8;

export class EarlierRuns {
  /**
   * @param {App} app
   * @param {RunSummary} run
   */
  constructor(app, run) {
    this.app = app;
    this.run = run;
    this.list = h('ul', { class: 'run-list' });
    this.empty = h('p', { class: 'empty' }, 'This is the first run of its profile.');
    this.element = h(
      'section',
      { class: 'panel', id: 'earlier', tabindex: '-1', 'aria-label': 'earlier runs' },
      h('h2', null, 'Earlier runs'),
      this.list,
      this.empty,
    );
  }

  /** @param {AbortSignal} signal */
  async load(signal) {
    const { runs } = await this.app.api.get('/v1/runs?limit=200', signal);
    const times = this.app.times();
    const earlier = runs
      .filter(
        (/** @type {RunSummary} */ { id, name, startMs }) =>
          id !== this.run.id && name === this.run.name && startMs < this.run.startMs,
      )
      .slice(0, MOST);
    this.empty.hidden = earlier.length > 0;
    keepList(
      this.list,
      earlier,
      ({ id }) => id,
      ({ id, startMs, endMs, endedMs, outcome, state }) =>
        h(
          'li',
          { 'data-outcome': outcome ?? state },
          h('span', { class: 'sign', title: words(outcome ?? state) }, SIGNS[outcome ?? ''] ?? '…'),
          h('a', { href: runHash(id) }, times.dated(startMs)),
          h('small', null, `${words(outcome ?? state)} · ${duration((endedMs ?? endMs) - startMs)}`),
          h('a', { href: compareHash(id, this.run.id), class: 'button' }, 'Compare'),
        ),
    );
  }
}
