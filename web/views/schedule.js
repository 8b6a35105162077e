/** What starts next, and what became of the starts before. */
import { ApiError } from '../api.js';
import { fill, h } from '../dom.js';
import { words } from '../format.js';
import { runHash } from '../router.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/schedule.ts').ScheduledStart} ScheduledStart */
/** @typedef {{ entry: string, dueMs: number, outcome: string, reason: string, startMs: number | null, endMs: number | null }} Coming */
/** @typedef {{ file: string | null, paused: boolean, entries: { name: string, profile: string | null, request: string | null, paused: boolean, enabled: boolean }[], starts: Coming[] }} Schedule */

export class ScheduleView {
  /**
   * @param {App} app
   * @param {HTMLElement} root
   */
  constructor(app, root) {
    this.app = app;
    this.root = root;
    this.leaving = new AbortController();
    /** @type {Schedule | null} */
    this.schedule = null;
    /** @type {ScheduledStart[]} */
    this.past = [];
  }

  async open() {
    this.app.setConnection('idle');
    const { signal } = this.leaving;
    try {
      const [schedule, history] = await Promise.all([
        this.app.api.get('/v1/schedule?days=8', signal),
        this.app.api.get('/v1/schedule/history?limit=50', signal),
      ]);
      this.schedule = schedule;
      this.past = history.starts;
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
    const { schedule, past } = this;
    const times = this.app.times();
    if (schedule === null || schedule.file === null) {
      fill(
        this.root,
        panel('Schedule', h('p', { class: 'empty' }, 'Nothing starts by itself: no schedule is configured.')),
      );
      return;
    }
    const isPaused = new Set(
      schedule.entries.filter(({ paused }) => paused || schedule.paused).map(({ name }) => name),
    );
    const whatOf = (/** @type {string} */ entry) => {
      const known = schedule.entries.find(({ name }) => name === entry);
      return known?.profile ?? known?.request ?? '';
    };
    fill(
      this.root,
      h('h1', null, schedule.paused ? 'Schedule, paused' : 'Schedule'),
      table(
        'Next starts',
        ['When', 'Entry', 'What', 'What becomes of it', 'Until'],
        schedule.starts.map(({ entry, dueMs, outcome, reason, startMs, endMs }) => [
          times.instant(startMs ?? dueMs),
          isPaused.has(entry) ? `${entry} (paused)` : entry,
          whatOf(entry),
          [words(outcome), reason].filter((text) => text !== '').join(': '),
          endMs === null ? '' : times.instant(endMs),
        ]),
      ),
      table(
        'Latest starts',
        ['When', 'Entry', 'What', 'What became of it', 'Run'],
        past.map(({ entry, dueMs, outcome, reason, runId }) => [
          times.dated(dueMs),
          entry,
          whatOf(entry),
          [words(outcome), reason].filter((text) => text !== '').join(': '),
          runId === null ? '' : h('a', { href: runHash(runId) }, runId),
        ]),
      ),
    );
  }
}

/**
 * @param {string} title
 * @param {HTMLElement} content
 */
const panel = (title, content) => h('section', { class: 'panel' }, h('h2', null, title), content);

/**
 * @param {string} title
 * @param {string[]} heads
 * @param {(string | HTMLElement)[][]} rows the second cell names the row
 */
const table = (title, heads, rows) =>
  panel(
    title,
    rows.length === 0
      ? h('p', { class: 'empty' }, 'None.')
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
                heads.map((text) => h('th', { scope: 'col' }, text)),
              ),
            ),
            h(
              'tbody',
              null,
              rows.map((cells) =>
                h(
                  'tr',
                  null,
                  cells.map((cell, at) => (at === 1 ? h('th', { scope: 'row' }, cell) : h('td', null, cell))),
                ),
              ),
            ),
          ),
        ),
  );
