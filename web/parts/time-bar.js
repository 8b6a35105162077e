/** Which stretch is shown, and what stands under the cursor. */
import { h, say } from '../dom.js';
import { duration } from '../format.js';
import { marksNear } from '../marks.js';

/** @typedef {import('../time-axis.js').TimeAxis} TimeAxis */
/** @typedef {import('../marks.js').Mark} Mark */
/** @typedef {import('../times.js').Times} Times */

const HOUR_MS = 3_600_000;

export const PRESETS = [
  { name: 'Whole run', key: '1', ms: null },
  { name: '24 h', key: '2', ms: 24 * HOUR_MS },
  { name: '6 h', key: '3', ms: 6 * HOUR_MS },
  { name: '1 h', key: '4', ms: HOUR_MS },
];

export class TimeBar {
  /**
   * @param {TimeAxis} axis
   * @param {() => Times} times
   * @param {() => readonly Mark[]} marks
   */
  constructor(axis, times, marks) {
    this.axis = axis;
    this.times = times;
    this.marks = marks;
    this.startMs = axis.run.fromMs;
    this.compression = 1;
    this.presets = PRESETS.map(({ name, key, ms }) =>
      h(
        'button',
        {
          type: 'button',
          title: `${ms === null ? 'everything' : `the last ${name}, and on`} (${key})`,
          onclick: () => this.choose(ms),
        },
        name,
      ),
    );
    this.back = h(
      'button',
      {
        type: 'button',
        class: 'zoom-out',
        title: 'back to what was shown before (Backspace)',
        onclick: () => axis.back(),
      },
      'Zoom out',
    );
    this.shown = h('span', { class: 'shown' });
    this.cursor = h('span', { class: 'cursor-says' });
    this.element = h(
      'div',
      { class: 'time-bar', role: 'toolbar', 'aria-label': 'time range' },
      h('div', { class: 'segmented' }, ...this.presets),
      this.back,
      this.shown,
      this.cursor,
    );
    axis.onChange(() => this.show());
    this.show();
  }

  /** @param {number | null} ms */
  choose(ms) {
    if (ms === null) this.axis.showWhole();
    else this.axis.showLast(ms);
  }

  show() {
    const { mode, lastMs, range } = this.axis;
    PRESETS.forEach(({ ms }, at) => {
      const isOn = ms === null ? mode === 'whole' : mode === 'last' && lastMs === ms;
      this.presets[at]?.setAttribute('aria-pressed', String(isOn));
    });
    this.back.hidden = mode !== 'fixed';
    const from = Math.max(range.fromMs, this.axis.run.fromMs);
    const until = Math.min(range.untilMs, this.axis.run.untilMs);
    say(this.shown, `${this.times().stretch(from, until)} · ${duration(until - from)}`);
  }

  /** @param {number | null} atMs */
  point(atMs) {
    if (atMs === null) {
      say(this.cursor, '');
      return;
    }
    const { fromMs, untilMs } = this.axis.range;
    const near = marksNear(this.marks(), atMs, (untilMs - fromMs) / 250).slice(0, 3);
    const hour = ((atMs - this.startMs) * this.compression) / HOUR_MS;
    const said = [this.times().instant(atMs), `hour ${hour.toFixed(1)}`, ...near.map(({ text }) => text)];
    say(this.cursor, said.join(' · '));
  }
}
