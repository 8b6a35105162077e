/** What happened, one lane for each kind, on the time axis of the charts: also the legend of the marks in them. */
import { PLOT_LEFT_PX, PLOT_RIGHT_PX } from '../chart.js';
import { fill, h, s } from '../dom.js';
import { LANES } from '../marks.js';

/** @typedef {import('../marks.js').Mark} Mark */
/** @typedef {import('../time-axis.js').TimeAxis} TimeAxis */
/** @typedef {import('../times.js').Times} Times */

const LANE_PX = 17;

export class Lanes {
  /**
   * @param {TimeAxis} axis
   * @param {() => Times} times
   * @param {() => void} onSwitched a kind of marks was switched on or off in the charts
   */
  constructor(axis, times, onSwitched) {
    this.axis = axis;
    this.times = times;
    this.onSwitched = onSwitched;
    /** @type {readonly Mark[]} */
    this.marks = [];
    this.shown = new Set(LANES.filter(({ inCharts }) => inCharts).map(({ id }) => id));
    this.rows = h('div', { class: 'lanes', role: 'list' });
    this.empty = h('p', { class: 'empty' }, 'Nothing out of the ordinary so far.');
    this.element = h(
      'section',
      { class: 'panel lanes-panel', id: 'marks', tabindex: '-1', 'aria-label': 'what happened' },
      h('h2', null, 'What happened', h('small', null, 'a lane’s name switches its marks in the charts')),
      this.rows,
      this.empty,
    );
  }

  /** Marks that the charts draw. */
  inCharts() {
    return this.marks.filter(({ lane }) => this.shown.has(lane));
  }

  /** @param {readonly Mark[]} marks */
  show(marks) {
    this.marks = marks;
    this.draw();
  }

  draw() {
    const present = LANES.filter(({ id }) => this.marks.some(({ lane }) => lane === id));
    this.empty.hidden = present.length > 0;
    const width = this.rows.clientWidth - PLOT_LEFT_PX - PLOT_RIGHT_PX;
    if (width <= 0) return;
    const { fromMs, untilMs } = this.axis.range;
    const x = (/** @type {number} */ atMs) => (width * (atMs - fromMs)) / (untilMs - fromMs);
    fill(
      this.rows,
      present.map((lane) => {
        const own = this.marks.filter(
          (mark) => mark.lane === lane.id && mark.untilMs >= fromMs && mark.atMs <= untilMs,
        );
        const isOn = this.shown.has(lane.id);
        const total = this.marks.filter((mark) => mark.lane === lane.id).length;
        const name = h(
          'button',
          {
            type: 'button',
            class: 'lane-name',
            'aria-pressed': String(isOn),
            title: `${lane.describes} (${total}); ${isOn ? 'drawn' : 'not drawn'} in the charts`,
            onclick: () => this.#toggle(lane.id),
          },
          lane.name,
        );
        const drawing = s(
          'svg',
          {
            width,
            height: LANE_PX,
            class: `lane lane-${lane.id}`,
            role: 'img',
            'aria-label': `${lane.name}: ${own.length} in sight`,
          },
          own.map((mark) => this.#drawn(mark, x)),
        );
        return h('div', { class: 'lane-row', role: 'listitem' }, name, drawing);
      }),
    );
  }

  /** @param {string} id */
  #toggle(id) {
    if (!this.shown.delete(id)) this.shown.add(id);
    this.draw();
    this.onSwitched();
  }

  /**
   * @param {Mark} mark
   * @param {(atMs: number) => number} x
   */
  #drawn(mark, x) {
    const times = this.times();
    const isStretch = mark.untilMs > mark.atMs;
    const when = isStretch ? times.stretch(mark.atMs, mark.untilMs) : times.moment(mark.atMs);
    const title = s('title', null, `${when}: ${mark.text}`);
    const zoom = () => {
      const aroundMs = Math.max(1_800_000, 2 * (mark.untilMs - mark.atMs));
      this.axis.zoomTo(mark.atMs - aroundMs, mark.untilMs + aroundMs);
    };
    const left = x(mark.atMs);
    if (isStretch) {
      const width = Math.max(3, x(mark.untilMs) - left);
      return s('rect', { x: left, y: 4, width, height: LANE_PX - 8, rx: 1.5, class: 'mark', onclick: zoom }, title);
    }
    return s('path', { d: shape(mark.lane, left, LANE_PX / 2), class: 'mark', onclick: zoom }, title);
  }
}

/**
 * Each kind of moment has a shape of its own beside its colour.
 * @param {string} lane
 * @param {number} x
 * @param {number} y
 */
function shape(lane, x, y) {
  const at = (/** @type {number} */ dx, /** @type {number} */ dy) => `${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}`;
  switch (lane) {
    case 'deploy':
      return `M${at(0, -5)}L${at(5, 4)}L${at(-5, 4)}Z`;
    case 'restart':
      return `M${at(0, 5)}L${at(5, -4)}L${at(-5, -4)}Z`;
    case 'change':
    case 'finding':
      return `M${at(0, -5)}L${at(5, 0)}L${at(0, 5)}L${at(-5, 0)}Z`;
    case 'fault':
      return `M${at(1, -6)}L${at(-4, 1)}L${at(-0.5, 1)}L${at(-1, 6)}L${at(4, -1)}L${at(0.5, -1)}Z`;
    case 'action':
      return `M${at(-4, 0)}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z`;
    default:
      return `M${at(-3.5, -3.5)}h7v7h-7Z`;
  }
}
