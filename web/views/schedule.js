/** What starts next, and what became of the starts before. */
import { ApiError } from '../api.js';
import { fill, h } from '../dom.js';
import { words } from '../format.js';
import { runHash } from '../router.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {{ entry: string, dueMs: number, profile?: string, note?: string, outcome?: string, reason?: string, runId?: string | null }} Start */

export class ScheduleView {
  /**
   * @param {App} app
   * @param {HTMLElement} root
   */
  constructor(app, root) {
    this.app = app;
    this.root = root;
    this.leaving = new AbortController();
    /** @type {{ next?: Start[], starts?: Start[], recent?: Start[] } | null} */
    this.schedule = null;
  }

  async open() {
    this.app.setConnection('idle');
    try {
      this.schedule = await this.app.api.get('/v1/schedule', this.leaving.signal);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
    }
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

  #show() {
    const { schedule } = this;
    const times = this.app.times();
    if (schedule === null) {
      fill(
        this.root,
        h(
          'section',
          { class: 'panel' },
          h('h1', null, 'Schedule'),
          h('p', { class: 'empty' }, 'No schedule is configured.'),
        ),
      );
      return;
    }
    const table = (/** @type {string} */ title, /** @type {Start[]} */ starts) =>
      h(
        'section',
        { class: 'panel' },
        h('h2', null, title),
        starts.length === 0
          ? h('p', { class: 'empty' }, 'None.')
          : h(
              'div',
              { class: 'scroll-x' },
              h(
                'table',
                null,
                h(
                  'tbody',
                  null,
                  starts.map(({ entry, dueMs, profile, note, outcome, reason, runId }) =>
                    h(
                      'tr',
                      null,
                      h('td', null, times.dated(dueMs)),
                      h('th', { scope: 'row' }, entry),
                      h('td', null, profile ?? ''),
                      h(
                        'td',
                        null,
                        [outcome === undefined ? '' : words(outcome), reason ?? note ?? '']
                          .filter((text) => text !== '')
                          .join(': '),
                      ),
                      h(
                        'td',
                        null,
                        runId === null || runId === undefined ? '' : h('a', { href: runHash(runId) }, 'run'),
                      ),
                    ),
                  ),
                ),
              ),
            ),
      );
    fill(
      this.root,
      h('h1', null, 'Schedule'),
      table('Next starts', schedule.next ?? []),
      table('Latest starts', schedule.starts ?? schedule.recent ?? []),
    );
  }
}
