/** Alerts of all runs and of soakd itself. */
import { segment } from '../api.js';
import { toast } from '../dialogs.js';
import { fill, h } from '../dom.js';
import { AlertList } from '../parts/alert-list.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/alert.ts').Alert} Alert */
/** @typedef {import('../../src/model/alert.ts').Silence} Silence */

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
    this.over = new AlertList(app, { ...told, empty: 'No alert was resolved yet.' });
    this.silences = h('div', { class: 'alerts' });
  }

  async open() {
    this.app.setConnection('idle');
    await this.#load();
    this.timer = setInterval(() => {
      this.#load().catch(() => {
        if (!this.leaving.signal.aborted) this.app.setConnection('away');
      });
    }, EVERY_MS);
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
    const { api } = this.app;
    const { signal } = this.leaving;
    const [{ alerts }, { silences }] = await Promise.all([
      api.get('/v1/alerts?all=true&limit=200', signal),
      api.get('/v1/silences', signal),
    ]);
    this.app.setConnection('idle');
    this.open_.show(alerts.filter((/** @type {Alert} */ { state }) => state !== 'resolved'));
    this.over.show(alerts.filter((/** @type {Alert} */ { state }) => state === 'resolved'));
    this.#showSilences(silences);
    if (this.root.querySelector('#open-alerts') !== null) return;
    fill(
      this.root,
      h('section', { class: 'panel', id: 'open-alerts' }, h('h1', null, 'Alerts'), this.open_.element),
      h('section', { class: 'panel' }, h('h2', null, 'Silences'), this.silences),
      h('section', { class: 'panel' }, h('h2', null, 'Resolved'), this.over.element),
    );
  }

  /** @param {Silence[]} silences */
  #showSilences(silences) {
    const times = this.app.times();
    fill(
      this.silences,
      silences.length === 0 ? h('p', { class: 'empty' }, 'Nothing is silenced.') : null,
      silences.map(({ id, matchers, fromMs, untilMs, who, comment }) =>
        h(
          'article',
          { class: 'alert' },
          h(
            'header',
            null,
            h(
              'strong',
              null,
              Object.entries(matchers)
                .map(([name, value]) => `${name}=${value}`)
                .join(', '),
            ),
          ),
          h('p', null, comment),
          h('p', { class: 'when' }, `${times.stretch(fromMs, untilMs)}, by ${who}`),
          h(
            'div',
            { class: 'buttons' },
            h('button', { type: 'button', onclick: () => void this.#end(id) }, 'End it now'),
          ),
        ),
      ),
    );
  }

  /** @param {string} id */
  async #end(id) {
    try {
      const ended = await this.app.withToken(() => this.app.api.post(`/v1/silences/${segment(id)}/end`, {}));
      if (ended === null) return;
      toast('The silence has ended.', 'good');
      await this.#load();
    } catch (thrown) {
      toast(`Not done: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, 'bad');
    }
  }
}
