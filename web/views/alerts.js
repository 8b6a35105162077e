/** Alerts of all runs and of soakd itself. */
import { ApiError } from '../api.js';
import { fill, h } from '../dom.js';
import { AlertList } from '../parts/alert-list.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/alert.ts').Alert} Alert */

const EVERY_MS = 10_000;

export class AlertsView {
  /**
   * @param {App} app
   * @param {HTMLElement} root
   */
  constructor(app, root) {
    this.app = app;
    this.root = root;
    this.leaving = new AbortController();
    const told = { onPick: null, onChanged: () => void this.#load() };
    this.open_ = new AlertList(app, told);
    this.over = new AlertList(app, told);
  }

  async open() {
    this.app.setConnection('idle');
    await this.#load();
    this.timer = setInterval(() => void this.#load().catch(() => this.app.setConnection('away')), EVERY_MS);
  }

  close() {
    this.leaving.abort();
    clearInterval(this.timer);
  }

  restyle() {
    this.open_.restyle();
    this.over.restyle();
  }

  key() {
    return false;
  }

  async #load() {
    /** @type {Alert[] | null} */
    let alerts = null;
    try {
      ({ alerts } = await this.app.api.get('/v1/alerts', this.leaving.signal));
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 404) throw thrown;
    }
    if (alerts === null) {
      fill(
        this.root,
        h(
          'section',
          { class: 'panel' },
          h('h1', null, 'Alerts'),
          h('p', { class: 'empty' }, 'This soakd evaluates no alert rules.'),
        ),
      );
      return;
    }
    this.app.setConnection('idle');
    this.open_.show(alerts.filter(({ state }) => state !== 'resolved'));
    this.over.show(alerts.filter(({ state }) => state === 'resolved'));
    if (this.root.querySelector('#open-alerts') !== null) return;
    fill(
      this.root,
      h('section', { class: 'panel', id: 'open-alerts' }, h('h1', null, 'Alerts'), this.open_.element),
      h('section', { class: 'panel' }, h('h2', null, 'Over'), this.over.element),
    );
  }
}
