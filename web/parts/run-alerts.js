/** Alerts of one run that are not over. */
import { ApiError, segment } from '../api.js';
import { h } from '../dom.js';
import { AlertList } from './alert-list.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/alert.ts').Alert} Alert */

export class RunAlerts {
  /**
   * @param {App} app
   * @param {string} runId
   * @param {(atMs: number) => void} onPick
   */
  constructor(app, runId, onPick) {
    this.app = app;
    this.runId = runId;
    /** @type {Alert[]} */
    this.alerts = [];
    this.list = new AlertList(app, { onPick, onChanged: () => void this.load(new AbortController().signal) });
    this.element = h(
      'section',
      { class: 'panel', id: 'alerts', tabindex: '-1', 'aria-label': 'alerts' },
      h('h2', null, 'Alerts'),
      this.list.element,
    );
    this.element.hidden = true;
  }

  /** @param {AbortSignal} signal */
  async load(signal) {
    try {
      const { alerts } = await this.app.api.get(`/v1/alerts?run=${segment(this.runId)}&all=true&limit=500`, signal);
      this.alerts = alerts;
      this.element.hidden = false;
      this.list.show(this.alerts.filter(({ state }) => state !== 'resolved'));
    } catch (thrown) {
      // The page says already that the daemon is away, or that it wants the token.
      if (!(thrown instanceof ApiError) && !signal.aborted) throw thrown;
    }
  }

  restyle() {
    this.list.restyle();
  }
}
