/** All runs, newest first; two of them can be compared. */
import { fill, h } from '../dom.js';
import { duration, words } from '../format.js';
import { RunHistory } from '../parts/history.js';
import { tableOf } from '../parts/table.js';
import { SIGNS } from '../parts/verdict.js';
import { compareHash, runHash } from '../router.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/api/schemas.ts').RunSummary} RunSummary */

export class RunsView {
  /**
   * @param {App} app
   * @param {HTMLElement} root
   */
  constructor(app, root) {
    this.app = app;
    this.root = root;
    this.leaving = new AbortController();
    /** @type {RunSummary[]} */
    this.runs = [];
    /** @type {string | null} */
    this.cursor = null;
    /** @type {Set<string>} */
    this.chosen = new Set();
    this.history = new RunHistory(app);
    /** Of the profile whose runs are followed. */
    this.profile = '';
  }

  async open() {
    this.app.setConnection('idle');
    await this.#more();
  }

  close() {
    this.leaving.abort();
  }

  restyle() {
    this.#show();
    this.history.show();
  }

  async #more() {
    const query = this.cursor === null ? '' : `&cursor=${encodeURIComponent(this.cursor)}`;
    const page = await this.app.api.get(`/v1/runs?limit=50${query}`, this.leaving.signal);
    this.runs.push(...page.runs);
    this.cursor = page.nextCursor;
    const [newest] = this.runs;
    if (this.profile === '' && newest !== undefined) await this.#follow(newest.name);
    else this.#show();
  }

  #show() {
    const { runs, chosen, cursor } = this;
    const [a, b] = [...chosen].sort();
    fill(
      this.root,
      h(
        'section',
        { class: 'panel' },
        h(
          'div',
          { class: 'section-head' },
          h('h1', null, 'Runs'),
          a !== undefined && b !== undefined
            ? h('a', { class: 'button primary', href: compareHash(a, b) }, 'Compare the two')
            : h('small', null, runs.length > 1 ? 'choose two to compare them' : ''),
        ),
        runs.length === 0
          ? h(
              'div',
              { class: 'empty' },
              h('p', null, 'Nothing was soaked yet.'),
              h(
                'p',
                null,
                'Start a run with ',
                h('code', null, 'soakd start PROFILE.yaml --target URL'),
                ', or let the schedule do it.',
              ),
            )
          : tableOf(
              ['', '', 'Profile', 'Started', 'Length', 'Outcome', 'Environment', 'Started by'],
              runs.map((run) => this.#row(run)),
              { class: 'runs' },
            ),
        cursor === null ? null : h('button', { type: 'button', onclick: () => void this.#more() }, 'Earlier runs'),
      ),
      this.#profiles(),
      this.history.element,
    );
  }

  /** Whose runs are followed from one to the next. */
  #profiles() {
    const names = [...new Set(this.runs.map(({ name }) => name))];
    if (names.length < 2) return null;
    const choice = h(
      'select',
      { 'aria-label': 'profile', onchange: () => void this.#follow(choice.value) },
      names.map((name) => h('option', { value: name, selected: name === this.profile }, name)),
    );
    return h('p', { class: 'profile-choice' }, 'From run to run of ', choice);
  }

  /** @param {string} profile */
  async #follow(profile) {
    this.profile = profile;
    this.#show();
    await this.history.load(profile, this.leaving.signal);
  }

  /** @param {RunSummary} run */
  #row({ id, name, startMs, endMs, endedMs, state, outcome, rehearsal, environment, startedBy, live }) {
    const times = this.app.times();
    const came = outcome ?? state;
    return h(
      'tr',
      { 'data-outcome': came },
      h(
        'td',
        null,
        h('input', {
          type: 'checkbox',
          checked: this.chosen.has(id),
          'aria-label': `compare ${name} of ${times.dated(startMs)}`,
          onchange: () => this.#choose(id),
        }),
      ),
      h('td', { class: 'sign' }, live ? '●' : (SIGNS[came] ?? '…')),
      h('th', { scope: 'row' }, h('a', { href: runHash(id) }, name)),
      h('td', null, times.dated(startMs)),
      h('td', null, duration((endedMs ?? endMs) - startMs)),
      h('td', null, `${words(live ? state : came)}${rehearsal ? ', rehearsed' : ''}`),
      h('td', null, environment ?? ''),
      h('td', null, startedBy),
    );
  }

  /** @param {string} id */
  #choose(id) {
    if (!this.chosen.delete(id)) this.chosen.add(id);
    const [first] = this.chosen;
    if (this.chosen.size > 2 && first !== undefined) this.chosen.delete(first);
    this.#show();
  }

  key() {
    return false;
  }
}
