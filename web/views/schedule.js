/** What starts by itself and next, what became of the starts before; start now, pause and resume. */
import { ApiError, segment } from '../api.js';
import { ask, toast } from '../dialogs.js';
import { fill, h } from '../dom.js';
import { words } from '../format.js';
import { tableOf } from '../parts/table.js';
import { runHash } from '../router.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/schedule.ts').ScheduledStart} ScheduledStart */
/** @typedef {{ entry: string, dueMs: number, outcome: string, reason: string, startMs: number | null, endMs: number | null }} Coming */
/** @typedef {{ name: string, cron: string, timezone: string, weekOfMonth: number | null, profile: string | null, request: string | null, paused: boolean, enabled: boolean, nextDueMs: number | null }} Entry */
/** @typedef {{ file: string | null, paused: boolean, entries: Entry[], starts: Coming[] }} Schedule */

const WHO = { name: 'who', label: 'Who', required: false, hint: 'kept with what was done' };

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
    await this.#load();
  }

  async #load() {
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
      h(
        'div',
        { class: 'section-head' },
        h('h1', null, schedule.paused ? 'Schedule, paused' : 'Schedule'),
        h(
          'button',
          { type: 'button', onclick: () => void this.#switch(null, schedule.paused ? 'resume' : 'pause') },
          schedule.paused ? 'Resume all…' : 'Pause all…',
        ),
      ),
      table(
        'Entries',
        ['Next', 'Entry', 'When', 'What', ''],
        schedule.entries.map((entry) => [
          entry.nextDueMs === null || entry.paused ? '' : times.instant(entry.nextDueMs),
          [entry.name, entry.paused ? '(paused)' : entry.enabled ? '' : '(not enabled)'].join(' ').trim(),
          [entry.cron, entry.timezone, entry.weekOfMonth === null ? '' : `week ${entry.weekOfMonth} of the month`]
            .filter((text) => text !== '')
            .join(', '),
          entry.profile ?? entry.request ?? '',
          this.#buttons(entry, schedule.paused),
        ]),
        'entries',
      ),
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
        'latest',
      ),
    );
  }

  /**
   * @param {Entry} entry
   * @param {boolean} isAllPaused then an entry by itself is not resumed
   */
  #buttons({ name, paused }, isAllPaused) {
    const verb = paused ? 'resume' : 'pause';
    return h(
      'span',
      { class: 'row-buttons' },
      h(
        'button',
        { type: 'button', 'aria-label': `start ${name} now`, onclick: () => void this.#startNow(name) },
        'Start now…',
      ),
      isAllPaused
        ? null
        : h(
            'button',
            { type: 'button', 'aria-label': `${verb} ${name}`, onclick: () => void this.#switch(name, verb) },
            paused ? 'Resume…' : 'Pause…',
          ),
    );
  }

  /** @param {string} name */
  async #startNow(name) {
    const answer = await ask({
      title: `Start ${name} now?`,
      text: 'It is started whatever its conflicts, limits and pauses say. A target that is being soaked still refuses.',
      fields: [WHO],
      confirm: 'Start it',
    });
    if (answer === null) return;
    await this.#send(`/v1/schedule/${segment(name)}/start`, answer, `${name} is started.`);
  }

  /**
   * @param {string | null} name null: the whole schedule
   * @param {'pause' | 'resume'} verb
   */
  async #switch(name, verb) {
    const what = name ?? 'the whole schedule';
    const answer = await ask({
      title: `${verb === 'pause' ? 'Pause' : 'Resume'} ${what}?`,
      text:
        verb === 'pause'
          ? 'Nothing of it starts until it is resumed. A run that lives goes on.'
          : 'What fell into the pause is not made up for.',
      fields: [WHO],
      confirm: verb === 'pause' ? 'Pause' : 'Resume',
    });
    if (answer === null) return;
    const path = name === null ? `/v1/schedule/${verb}` : `/v1/schedule/${segment(name)}/${verb}`;
    await this.#send(path, answer, `${what} is ${verb === 'pause' ? 'paused' : 'resumed'}.`);
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} answer
   * @param {string} done
   */
  async #send(path, { who = '' }, done) {
    try {
      const body = who.trim() === '' ? {} : { who };
      if ((await this.app.withToken(() => this.app.api.post(path, body))) === null) return;
      toast(`Done: ${done}`, 'good');
    } catch (thrown) {
      const hint = thrown instanceof ApiError && thrown.hint !== '' ? ` ${thrown.hint}` : '';
      toast(`Not done: ${thrown instanceof Error ? thrown.message : String(thrown)}.${hint}`, 'bad');
    }
    // A start that was refused leaves its row, too.
    await this.#load();
  }
}

/**
 * @param {string} title
 * @param {HTMLElement} content
 * @param {string} [id]
 */
const panel = (title, content, id) => h('section', { class: 'panel', id }, h('h2', null, title), content);

/**
 * @param {string} title
 * @param {string[]} heads
 * @param {(string | HTMLElement)[][]} rows the second cell names the row
 * @param {string} [id]
 */
const table = (title, heads, rows, id) =>
  panel(
    title,
    rows.length === 0
      ? h('p', { class: 'empty' }, 'None.')
      : tableOf(
          heads,
          rows.map((cells) =>
            h(
              'tr',
              null,
              cells.map((cell, at) => (at === 1 ? h('th', { scope: 'row' }, cell) : h('td', null, cell))),
            ),
          ),
        ),
    id,
  );
