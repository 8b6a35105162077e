/** Alerts in words, with what can be done about them. */
import { segment } from '../api.js';
import { ask, toast } from '../dialogs.js';
import { fill, h } from '../dom.js';
import { duration, words } from '../format.js';
import { runHash } from '../router.js';
import { durationOf } from './actions.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/alert.ts').Alert} Alert */

const ORDER = ['firing', 'pending', 'no_data', 'resolved'];

export class AlertList {
  /**
   * @param {App} app
   * @param {{ onPick: ((atMs: number) => void) | null, onChanged: () => void, empty?: string }} told
   */
  constructor(app, { onPick, onChanged, empty = 'No alert is open.' }) {
    this.app = app;
    this.onPick = onPick;
    this.onChanged = onChanged;
    this.empty = empty;
    /** @type {readonly Alert[]} */
    this.alerts = [];
    this.element = h('div', { class: 'alerts' });
    this.show([]);
  }

  /** @param {readonly Alert[]} alerts */
  show(alerts) {
    this.alerts = alerts.toSorted((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    this.restyle();
  }

  restyle() {
    fill(
      this.element,
      this.alerts.length === 0 ? h('p', { class: 'empty' }, this.empty) : null,
      this.alerts.map((alert) => this.#alert(alert)),
    );
  }

  /** @param {Alert} alert */
  #alert(alert) {
    const {
      id,
      rule,
      state,
      runId,
      firingMs,
      pendingMs,
      resolvedMs,
      evidence,
      acknowledged,
      silencedBy,
      inhibitedBy,
      facts,
    } = alert;
    const sinceMs = firingMs ?? pendingMs;
    const times = this.app.times();
    const { onPick } = this;
    const when =
      sinceMs === null
        ? ''
        : resolvedMs === null
          ? `since ${times.instant(sinceMs)}`
          : `${times.stretch(sinceMs, resolvedMs)}, ${duration(resolvedMs - sinceMs)}`;
    const load = facts === null ? null : loadThen(facts);
    const quiet = [
      acknowledged === null
        ? null
        : `acknowledged by ${acknowledged.who}${acknowledged.text === '' ? '' : `: ${acknowledged.text}`}`,
      silencedBy === null ? null : 'silenced',
      inhibitedBy === null ? null : `kept silent by ${inhibitedBy}`,
    ].filter((text) => text !== null);
    const isOpen = state !== 'resolved';
    return h(
      'article',
      { class: 'alert', 'data-state': state, 'data-severity': rule.severity },
      h(
        'header',
        null,
        h('strong', null, rule.name),
        h('span', { class: 'badge', 'data-state': state }, words(state)),
        h('span', { class: 'severity' }, rule.severity),
      ),
      h('p', null, rule.summary ?? rule.condition.text, evidence === '' ? '' : ` — ${evidence}`),
      h('p', { class: 'when' }, [when, load].filter((text) => text !== null && text !== '').join(' · ')),
      quiet.length === 0 ? null : h('p', { class: 'quiet' }, quiet.join(' · ')),
      h(
        'div',
        { class: 'buttons' },
        isOpen && acknowledged === null
          ? h('button', { type: 'button', onclick: () => void this.#acknowledge(id) }, 'Acknowledge…')
          : null,
        isOpen && silencedBy === null
          ? h('button', { type: 'button', onclick: () => void this.#silence(alert) }, 'Silence…')
          : null,
        sinceMs !== null && onPick !== null
          ? h('button', { type: 'button', onclick: () => onPick(sinceMs) }, 'Show in charts')
          : null,
        sinceMs !== null && onPick === null && runId !== null
          ? h('a', { class: 'button', href: runHash(runId, sinceMs) }, 'Show in charts')
          : null,
        rule.runbookUrl !== null && /^https?:/i.test(rule.runbookUrl)
          ? h('a', { class: 'button', href: rule.runbookUrl, rel: 'noreferrer noopener', target: '_blank' }, 'Runbook')
          : null,
      ),
    );
  }

  /** @param {string} id */
  async #acknowledge(id) {
    const answer = await ask({
      title: 'Acknowledge the alert',
      text: 'It says that somebody is at it: it is not sent again.',
      fields: [
        { name: 'who', label: 'Who', required: false },
        { name: 'text', label: 'Word', required: false },
      ],
      confirm: 'Acknowledge',
    });
    if (answer === null) return;
    const { who = '', text = '' } = answer;
    await this.#send(
      `/v1/alerts/${segment(id)}/acknowledgement`,
      { text, ...(who === '' ? {} : { who }) },
      'Acknowledged.',
    );
  }

  /** @param {Alert} alert */
  async #silence({ labels, rule }) {
    const answer = await ask({
      title: `Silence ${rule.name}`,
      text: 'Nothing is sent for alerts of this name and run while the silence holds.',
      fields: [
        { name: 'for', label: 'For how long', value: '2h', attributes: { pattern: '\\s*\\d+(\\.\\d+)?\\s*[mhd]\\s*' } },
        { name: 'comment', label: 'Why' },
      ],
      confirm: 'Silence',
    });
    const forMs = answer === null ? null : durationOf(answer.for ?? '');
    if (answer === null || forMs === null) return;
    const { alertname = rule.name, run } = labels;
    const matchers = { alertname, ...(run === undefined ? {} : { run }) };
    await this.#send('/v1/silences', { matchers, forMs, comment: answer.comment }, 'Silenced.');
  }

  /**
   * @param {string} path
   * @param {unknown} body
   * @param {string} done
   */
  async #send(path, body, done) {
    try {
      if ((await this.app.withToken(() => this.app.api.post(path, body))) === null) return;
      toast(done, 'good');
      this.onChanged();
    } catch (thrown) {
      toast(`Not done: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, 'bad');
    }
  }
}

/**
 * Which load there was; what is not known is said to be unknown. Null when no load was planned then.
 * @param {Pick<import('../../src/model/alert.ts').AlertFacts, 'hourOfRun' | 'plannedPerMinute' | 'servedPerMinute'>} facts
 */
export function loadThen({ hourOfRun, plannedPerMinute, servedPerMinute }) {
  if (plannedPerMinute === null) return null;
  const hour = hourOfRun === null ? 'hour unknown' : `hour ${hourOfRun.toFixed(1)}`;
  const planned = Math.round(plannedPerMinute);
  return servedPerMinute === null
    ? `${hour}, ${planned} requests a minute planned, served unknown`
    : `${hour}, ${Math.round(servedPerMinute)} of ${planned} requests a minute served`;
}
