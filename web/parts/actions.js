/** What may be done to a live run, by those who hold the token. */
import { ApiError, segment } from '../api.js';
import { ask, toast } from '../dialogs.js';
import { h, say } from '../dom.js';
import { words } from '../format.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/status.ts').RunStatus} RunStatus */

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `90m`, `12h`, `2d` as milliseconds; null for anything else.
 * @param {string} text
 */
export function durationOf(text) {
  const [, amount, unit] = /^\s*(\d+(?:\.\d+)?)\s*([mhd])\s*$/.exec(text) ?? [];
  const unitMs = UNITS[/** @type {keyof typeof UNITS} */ (unit)];
  return amount === undefined || unitMs === undefined ? null : Math.round(Number(amount) * unitMs);
}

const DURATION = { pattern: '\\s*\\d+(\\.\\d+)?\\s*[mhd]\\s*', title: 'for example 90m, 12h or 2d' };

export class Actions {
  /**
   * @param {App} app
   * @param {string} runId
   */
  constructor(app, runId) {
    this.app = app;
    this.runId = runId;
    this.state = '';
    const button = (/** @type {string} */ name, /** @type {string} */ title, /** @type {() => void} */ act) =>
      h('button', { type: 'button', title, onclick: act }, name);
    this.pauseButton = button('Pause…', 'stop the load, keep the run (p)', () => void this.pauseOrResume());
    this.buttons = [
      this.pauseButton,
      button('Rate…', 'more or less load than planned', () => void this.rate()),
      button('Extend…', 'move the end of the plan', () => void this.extend()),
      button('Note…', 'write down what happened, for the report (n)', () => void this.annotate()),
      button('Stop…', 'end the run now; it is judged as it stands', () => void this.stop()),
    ];
    this.buttons.at(-1)?.classList.add('danger');
    this.element = h('div', { class: 'actions', role: 'group', 'aria-label': 'actions' }, ...this.buttons);
  }

  /** @param {RunStatus} status */
  show({ state }) {
    this.state = state;
    say(this.pauseButton, state === 'paused' ? 'Resume…' : 'Pause…');
    const isLive = ['preparing', 'warming_up', 'running', 'paused'].includes(state);
    for (const button of this.buttons) button.disabled = !isLive;
  }

  async pauseOrResume() {
    const { state } = this;
    const answer =
      state === 'paused'
        ? await ask({
            title: 'Resume the run?',
            text: 'The load begins again, at what the plan says for this time.',
            confirm: 'Resume the run',
          })
        : await ask({
            title: 'Pause the run?',
            text: 'The load stops until somebody resumes it. The time of the pause is not judged.',
            confirm: 'Pause the run',
          });
    // What was asked for is sent; where somebody else was sooner, the daemon says so.
    if (answer !== null) await this.#act('actions', { kind: state === 'paused' ? 'resume' : 'pause' });
  }

  async rate() {
    const answer = await ask({
      title: 'Change the rate',
      text: 'A factor of the planned rate. 1 takes an earlier factor back.',
      fields: [
        {
          name: 'factor',
          label: 'Factor',
          type: 'number',
          value: '1',
          attributes: { min: '0.01', max: '100', step: 'any' },
        },
        {
          name: 'for',
          label: 'For how long',
          required: false,
          hint: 'for example 2h; until the end when empty',
          attributes: DURATION,
        },
      ],
      confirm: 'Change the rate',
    });
    if (answer === null) return;
    const forMs = answer.for === undefined || answer.for.trim() === '' ? null : durationOf(answer.for);
    await this.#act('actions', { kind: 'rate', factor: Number(answer.factor), forMs });
  }

  async extend() {
    const answer = await ask({
      title: 'Extend the run',
      fields: [{ name: 'by', label: 'By', value: '12h', attributes: DURATION }],
      confirm: 'Extend',
    });
    const byMs = answer === null ? null : durationOf(answer.by ?? '');
    if (byMs !== null) await this.#act('actions', { kind: 'extend', byMs });
  }

  async annotate() {
    const answer = await ask({
      title: 'Note what happened',
      fields: [
        {
          name: 'text',
          label: 'Note',
          type: 'textarea',
          hint: 'it stands in the charts and in the report',
          attributes: { maxlength: '2000' },
        },
      ],
      confirm: 'Add the note',
    });
    if (answer !== null) await this.#act('annotations', { text: answer.text });
  }

  async stop() {
    const answer = await ask({
      title: 'Stop the run?',
      text: 'The load ends now and the run is judged as it stands. It cannot be taken up again.',
      confirm: 'Stop the run',
      danger: true,
    });
    if (answer !== null) await this.#act('actions', { kind: 'stop' });
  }

  /**
   * @param {'actions' | 'annotations'} what
   * @param {Record<string, unknown>} body
   */
  async #act(what, body) {
    try {
      const done = await this.app.withToken(() => this.app.api.post(`/v1/runs/${segment(this.runId)}/${what}`, body));
      if (done === null) return;
      toast(`Done: ${done.kind === 'annotate' ? 'note added' : words(String(done.text))}.`, 'good');
      this.app.acted();
    } catch (thrown) {
      const hint = thrown instanceof ApiError && thrown.hint !== '' ? ` ${thrown.hint}` : '';
      toast(`Not done: ${thrown instanceof Error ? thrown.message : String(thrown)}.${hint}`, 'bad');
    }
  }
}
