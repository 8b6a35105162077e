/** The one line that counts: how the run stands, and what it would be if it ended now. */
import { h, say } from '../dom.js';
import { counted, duration, number, words } from '../format.js';

/** @typedef {import('../../src/model/status.ts').RunStatus} RunStatus */
/** @typedef {import('../../src/model/verdict.ts').Verdict} Verdict */
/** @typedef {import('../../src/model/verdict.ts').CriterionResult} CriterionResult */
/** @typedef {import('../times.js').Times} Times */

/** A sign beside the colour, for those who see none. @type {Record<string, string>} */
export const SIGNS = {
  passed: '✓',
  pass: '✓',
  failed: '✕',
  fail: '✕',
  inconclusive: '?',
  aborted: '■',
  rehearsed: '◌',
  not_applicable: '·',
};

/** @type {Record<string, string>} */
const TONES = { passed: 'good', failed: 'bad', inconclusive: 'open', aborted: 'open' };

export class VerdictBar {
  constructor() {
    this.sign = h('span', { class: 'sign', 'aria-hidden': 'true' });
    this.headline = h(
      'p',
      { class: 'headline', role: 'status', 'aria-live': 'polite' },
      'Nothing has been judged yet.',
    );
    this.now = h('p', { class: 'if-now' });
    this.name = h('h1');
    this.where = h('p', { class: 'facts' });
    this.facts = h('p', { class: 'facts' });
    this.bar = h(
      'div',
      { class: 'progress', role: 'progressbar', 'aria-label': 'part of the run that is over' },
      h('i'),
    );
    this.element = h(
      'section',
      { class: 'verdict', 'data-tone': 'open', 'aria-label': 'verdict' },
      this.sign,
      h('div', { class: 'said' }, this.headline, this.now),
      h('div', { class: 'which' }, this.name, this.where, this.facts),
      this.bar,
    );
  }

  /**
   * @param {{ name: string, targetUrl: string, environment: string | null }} run
   */
  setRun({ name, targetUrl, environment }) {
    say(this.name, name);
    say(this.where, [environment, targetUrl].filter((text) => text !== null && text !== '').join(' · '));
  }

  /**
   * A run that lives.
   * @param {RunStatus} status
   * @param {Times} times
   */
  showStatus(status, times) {
    const { standing, state, hourOfRun, startMs, endMs, leftMs, criteria, compression } = status;
    const outcome = standing?.outcome ?? null;
    this.#tone(outcome);
    say(this.headline, standing === null ? `${words(state)}: nothing has been judged yet` : capital(standing.headline));
    const hours = ((endMs - startMs) * compression) / 3_600_000;
    say(
      this.now,
      standing === null
        ? 'The first judgement comes with the first judged minutes.'
        : `If it ended now: ${outcome}. ${tallyOf(criteria)}. Judged ${times.moment(standing.computedMs)}.`,
    );
    const left = status.state === 'finishing' ? 'finishing' : `${duration(leftMs)} left, until ${times.instant(endMs)}`;
    say(this.facts, `${capital(words(state))}, hour ${hourOfRun.toFixed(1)} of ${number(hours)} · ${left}`);
    this.#progress((status.nowMs - startMs) / Math.max(1, endMs - startMs));
  }

  /**
   * A run that is over, or whose verdict is not there yet.
   * @param {{ state: string, startMs: number, endMs: number, endedMs: number | null }} run
   * @param {Verdict | null} verdict
   * @param {Times} times
   */
  showEnded({ state, startMs, endMs, endedMs }, verdict, times) {
    this.#tone(verdict?.outcome ?? (state in TONES ? state : null));
    say(
      this.headline,
      verdict === null ? `${capital(words(state))}; no verdict is stored.` : capital(verdict.headline),
    );
    const until = endedMs ?? endMs;
    say(this.now, verdict === null ? '' : `${tallyOf(verdict.criteria)}.`);
    say(this.facts, `${times.stretch(startMs, until)} · ${duration(until - startMs)}`);
    this.#progress(1);
  }

  /** @param {string | null} outcome */
  #tone(outcome) {
    this.element.dataset.tone = outcome === null ? 'open' : (TONES[outcome] ?? 'open');
    say(this.sign, outcome === null ? '…' : (SIGNS[outcome] ?? '?'));
  }

  /** @param {number} share */
  #progress(share) {
    const percent = Math.round(1000 * Math.min(1, Math.max(0, share))) / 10;
    this.bar.setAttribute('aria-valuenow', String(percent));
    const done = this.bar.firstElementChild;
    if (done instanceof HTMLElement) done.style.width = `${percent}%`;
  }
}

/** @param {readonly CriterionResult[]} criteria */
function tallyOf(criteria) {
  const count = (/** @type {string} */ status) => criteria.filter((one) => one.status === status).length;
  const [met, failed, open] = [count('pass'), count('fail'), count('inconclusive')];
  return [counted(met, 'criterion met', 'criteria met'), `${failed} failed`, `${open} open`].join(', ');
}

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
