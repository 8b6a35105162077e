/** One chart of a run: uPlot with our axes, marks through it, values under the cursor, and the time axis that all share. */
import { colour } from './colours.js';
import { h, say } from './dom.js';
import { NOTHING, quantity } from './format.js';
import uPlot from './vendor/uplot.js';

/** @typedef {import('./time-axis.js').TimeAxis} TimeAxis */
/** @typedef {import('./marks.js').Mark} Mark */
/** @typedef {import('./times.js').Times} Times */
/** @typedef {(number | null)[]} Column */

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} colour
 * @property {number} [width] 0: only an edge of a band
 * @property {number[]} [dash]
 * @property {number} [area] opacity of the area below
 * @property {boolean} [quiet] not named above the chart
 * @property {(from: number, until: number) => string} [said] how its value is said, by default in the unit
 */

/**
 * @typedef {object} ChartSpec
 * @property {string} title
 * @property {string} unit
 * @property {number} height
 * @property {boolean} [fromZero]
 * @property {'log' | 'asinh'} [distribution] for what spans decades; `asinh` holds 0 too
 * @property {number} [leastTop] the axis goes up to this at least
 * @property {Line[]} lines
 * @property {{ edges: [number, number], colour: string, alpha: number }[]} [bands] between two lines, by their places
 */

/**
 * What charts of one page have in common.
 * @typedef {object} ChartContext
 * @property {TimeAxis} axis
 * @property {() => Times} times
 * @property {() => readonly Mark[]} marks those to be drawn through every chart
 * @property {(atMs: number | null) => void} onCursor
 */

/** As uPlot numbers them. */
const DISTRIBUTIONS = {
  linear: {},
  log: { distr: /** @type {const} */ (3), log: /** @type {const} */ (10) },
  asinh: { distr: /** @type {const} */ (4), asinh: 0.5 },
};

const SYNC = 'soakd';
const AXIS_PX = 62;
const RIGHT_PX = 14;

/** Where the plots begin and end, so that what stands above them can be aligned. */
export const PLOT_LEFT_PX = AXIS_PX;
export const PLOT_RIGHT_PX = RIGHT_PX;

export class Chart {
  /**
   * @param {HTMLElement} host
   * @param {ChartSpec} spec
   * @param {ChartContext} context
   */
  constructor(host, spec, context) {
    this.host = host;
    this.spec = spec;
    this.context = context;
    /** @type {{ value: number, text: string } | null} */
    this.limit = null;
    /** @type {readonly { atMs: number }[]} */
    this.changes = [];
    /** @type {[number[], ...Column[]]} */
    this.data = /** @type {[number[], ...Column[]]} */ ([[], ...spec.lines.map(() => [])]);
    this.legend = h('div', { class: 'values' });
    /** @type {Map<number, HTMLElement>} */
    this.values = new Map();
    this.canvas = h('div', { class: 'plot' });
    host.append(this.legend, this.canvas);
    this.#buildLegend();
    /** @type {uPlot | null} */
    this.plot = null;
    this.#build();
  }

  /** Anew, with the colours and times of now. */
  rebuild() {
    this.plot?.destroy();
    this.#buildLegend();
    this.#build();
  }

  destroy() {
    this.plot?.destroy();
    this.plot = null;
  }

  /** @param {[number[], ...Column[]]} data instants in seconds, then one column a line */
  setData(data) {
    this.data = data;
    if (this.plot === null) this.#build();
    else this.plot.setData(data, true);
    this.#showValues();
  }

  /** The time axis has moved: what is known of the new stretch is shown at once. */
  rescale() {
    this.plot?.setData(this.data, true);
  }

  /** Marks have changed. */
  redraw() {
    this.plot?.redraw(false, false);
  }

  resize() {
    const width = this.canvas.clientWidth;
    if (this.plot !== null && width > 0 && width !== this.plot.width)
      this.plot.setSize({ width, height: this.spec.height });
  }

  /**
   * Moves the cursor by steps, as keys do; tells what stands there.
   * @param {number} steps
   */
  moveCursor(steps) {
    const { plot } = this;
    if (plot === null) return '';
    const [instants] = this.data;
    const last = instants.length - 1;
    const from = plot.cursor.idx ?? instants.findLastIndex((atS) => atS * 1000 <= this.context.axis.nowMs);
    const to = Math.max(0, Math.min(last, from + steps));
    const atS = instants[to];
    if (atS === undefined) return '';
    plot.setCursor({ left: plot.valToPos(atS, 'x'), top: 10 });
    const said = this.spec.lines.flatMap((line, at) =>
      line.quiet ? [] : [`${line.label} ${quantity(this.data[at + 1]?.[to] ?? null, this.spec.unit)}`],
    );
    return `${this.context.times().instant(atS * 1000)}: ${said.join(', ')}`;
  }

  #buildLegend() {
    this.legend.replaceChildren();
    this.values.clear();
    this.spec.lines.forEach((line, at) => {
      if (line.quiet) return;
      const value = h('b', null, NOTHING);
      this.values.set(at, value);
      const swatch = h('i', { class: `swatch ${line.dash === undefined ? '' : 'dashed'}`, 'data-colour': line.colour });
      this.legend.append(h('span', { class: 'value' }, swatch, `${line.label} `, value));
    });
  }

  /** At the cursor, else the newest. */
  #showValues() {
    const index = this.plot?.cursor.idx ?? null;
    const nowS = this.context.axis.nowMs / 1000;
    const [instants] = this.data;
    for (const [at, element] of this.values) {
      const column = this.data[at + 1] ?? [];
      let value = index === null ? null : (column[index] ?? null);
      if (index === null) {
        for (let place = column.length - 1; place >= 0 && value === null; place--) {
          if ((instants[place] ?? 0) <= nowS) value = column[place] ?? null;
        }
      }
      say(element, quantity(value, this.spec.unit));
    }
  }

  #build() {
    const width = this.canvas.clientWidth;
    if (width === 0) {
      this.plot = null;
      return;
    }
    this.plot = new uPlot(this.#options(width), this.data, this.canvas);
    this.plot.over.addEventListener('dblclick', () => this.context.axis.back());
  }

  /**
   * @param {number} width
   * @returns {uPlot.Options}
   */
  #options(width) {
    const { spec, context } = this;
    const { axis } = context;
    const ink = colour('ink-2');
    const grid = { stroke: colour('grid'), width: 1 };
    const font = '11px system-ui, sans-serif';
    return {
      width,
      height: spec.height,
      padding: [10, RIGHT_PX, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        sync: { key: SYNC, scales: ['x', null] },
        drag: { x: true, y: false, setScale: false, dist: 5 },
        points: { size: 6 },
      },
      scales: {
        x: { time: false, auto: false, range: () => [axis.range.fromMs / 1000, axis.range.untilMs / 1000] },
        y: { ...DISTRIBUTIONS[spec.distribution ?? 'linear'], range: (_plot, low, high) => this.#yRange(low, high) },
      },
      axes: [
        {
          stroke: ink,
          grid,
          ticks: { ...grid, size: 4 },
          font,
          size: (_plot, texts) => ((texts ?? []).some((text) => text.includes('\n')) ? 36 : 24),
          gap: 4,
          splits: (plot, _axis, low, high) => {
            const across = Math.max(2, plot.bbox.width / devicePixelRatio / 74);
            return context.times().ticks(low, high, (high - low) / across);
          },
          values: (_plot, ticks) => context.times().tickTexts(ticks),
        },
        {
          stroke: ink,
          grid,
          ticks: { ...grid, size: 4 },
          font,
          size: AXIS_PX,
          gap: 4,
          space: 28,
          ...(spec.distribution === undefined
            ? {}
            : {
                splits: (/** @type {uPlot} */ plot) => decades(plot),
                filter: (/** @type {uPlot} */ _plot, /** @type {number[]} */ ticks) => ticks,
              }),
          values: (_plot, ticks) => ticks.map((tick) => quantity(tick, spec.unit)),
        },
      ],
      series: [{}, ...spec.lines.map((line) => this.#series(line))],
      bands: (spec.bands ?? []).map(({ edges: [upper, lower], colour: name, alpha }) => ({
        series: /** @type {[number, number]} */ ([upper + 1, lower + 1]),
        fill: colour(name, alpha),
      })),
      hooks: {
        drawClear: [(plot) => this.#drawBands(plot)],
        draw: [(plot) => this.#drawMarks(plot)],
        setSelect: [
          (plot) => {
            const { left, width: selected } = plot.select;
            if (selected < 5) return;
            axis.zoomTo(1000 * plot.posToVal(left, 'x'), 1000 * plot.posToVal(left + selected, 'x'));
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        setCursor: [
          (plot) => {
            this.#showValues();
            const { left, idx } = plot.cursor;
            const isOver = left !== undefined && left >= 0 && idx !== null && idx !== undefined;
            context.onCursor(isOver ? 1000 * plot.posToVal(left, 'x') : null);
          },
        ],
      },
    };
  }

  /**
   * @param {Line} line
   * @returns {uPlot.Series}
   */
  #series({ label, colour: name, width = 1.5, dash, area }) {
    const stroke = width === 0 ? 'transparent' : colour(name);
    return {
      label,
      stroke,
      width,
      ...(dash === undefined ? {} : { dash }),
      ...(area === undefined ? {} : { fill: colour(name, area) }),
      spanGaps: false,
      points:
        width === 0
          ? { show: false }
          : {
              show: true,
              size: 4,
              fill: stroke,
              // A reading between two gaps would not be seen as a line.
              filter: (plot, at, show) => (show ? alone(plot.data[at] ?? []) : null),
            },
    };
  }

  /**
   * @param {number | null} low
   * @param {number | null} high
   * @returns {[number, number]}
   */
  #yRange(low, high) {
    const { fromZero = false, leastTop = 0, distribution } = this.spec;
    if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) {
      return distribution === 'log' ? [1, 1000] : [0, Math.max(1, leastTop)];
    }
    if (distribution === 'log') return [Math.max(0.1, low * 0.75), Math.max(high * 1.3, 3 * low)];
    const top = Math.max(high, leastTop, this.limit !== null && this.limit.value < 3 * high ? this.limit.value : high);
    if (fromZero) return [0, top * 1.08 || 1];
    const pad = Math.max((top - low) * 0.08, Math.abs(top) * 0.004, 1e-9);
    // What cannot be negative does not seem to be.
    return [low >= 0 ? Math.max(0, low - pad) : low - pad, top + pad];
  }

  /** @param {uPlot} plot */
  #drawBands(plot) {
    const { ctx, bbox } = plot;
    const { axis, marks } = this.context;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const { lane, atMs, untilMs } of marks()) {
      if (untilMs <= atMs) continue;
      const left = plot.valToPos(atMs / 1000, 'x', true);
      const right = Math.max(left + devicePixelRatio, plot.valToPos(untilMs / 1000, 'x', true));
      if (right < bbox.left || left > bbox.left + bbox.width) continue;
      ctx.fillStyle = colour(`mark-${lane}`, lane === 'outage' ? 0.35 : 0.16);
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    }
    const nowX = plot.valToPos(axis.nowMs / 1000, 'x', true);
    if (axis.nowMs < axis.run.untilMs && nowX < bbox.left + bbox.width) {
      ctx.fillStyle = colour('future', 0.5);
      ctx.fillRect(nowX, bbox.top, bbox.left + bbox.width - nowX, bbox.height);
    }
    ctx.restore();
  }

  /** @param {uPlot} plot */
  #drawMarks(plot) {
    const { ctx, bbox } = plot;
    const { axis, marks } = this.context;
    const right = bbox.left + bbox.width;
    const vertical = (
      /** @type {number} */ atMs,
      /** @type {string} */ stroke,
      /** @type {number[]} */ dash,
      width = 1,
    ) => {
      const x = Math.round(plot.valToPos(atMs / 1000, 'x', true));
      if (x < bbox.left || x > right) return null;
      ctx.strokeStyle = stroke;
      ctx.lineWidth = width * devicePixelRatio;
      ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      return x;
    };
    ctx.save();
    for (const { lane, atMs, untilMs } of marks()) {
      if (untilMs === atMs) vertical(atMs, colour(`mark-${lane}`, 0.75), [3, 3]);
    }
    for (const { atMs } of this.changes) vertical(atMs, colour('mark-change'), [1, 2], 1.5);
    if (axis.nowMs < axis.run.untilMs) {
      const x = vertical(axis.nowMs, colour('ink'), [], 1);
      if (x !== null) {
        ctx.fillStyle = colour('ink');
        ctx.font = `600 ${10 * devicePixelRatio}px system-ui, sans-serif`;
        ctx.textAlign = x > right - 40 * devicePixelRatio ? 'right' : 'left';
        ctx.textBaseline = 'top';
        ctx.fillText(' now ', x, bbox.top + 2 * devicePixelRatio);
      }
    }
    this.#drawLimit(plot);
    ctx.restore();
  }

  /** @param {uPlot} plot */
  #drawLimit(plot) {
    if (this.limit === null) return;
    const { ctx, bbox } = plot;
    const y = Math.round(plot.valToPos(this.limit.value, 'y', true));
    if (y < bbox.top || y > bbox.top + bbox.height) return;
    ctx.strokeStyle = colour('bad');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillStyle = colour('bad');
    ctx.font = `${10 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'right';
    ctx.textBaseline = y - bbox.top < 16 * devicePixelRatio ? 'top' : 'bottom';
    ctx.fillText(`limit ${this.limit.text} `, bbox.left + bbox.width, y);
  }
}

const LEAST_TICK_PX = 19;

/**
 * Where an axis over decades is marked: at 1, 2 and 5 of each, as far as they do not touch.
 * @param {uPlot} plot
 */
function decades(plot) {
  const { min = 0, max = 1 } = plot.scales.y ?? {};
  const wanted = min !== null && min <= 0 ? [0] : [];
  for (const leading of [1, 5, 2]) {
    for (let power = -2; power <= 7; power++) wanted.push(leading * 10 ** power);
  }
  /** @type {number[]} */
  const ticks = [];
  for (const tick of wanted) {
    if (min === null || max === null || tick < min || tick > max) continue;
    const y = plot.valToPos(tick, 'y');
    if (ticks.every((other) => Math.abs(plot.valToPos(other, 'y') - y) >= LEAST_TICK_PX)) ticks.push(tick);
  }
  return ticks.sort((a, b) => a - b);
}

/**
 * Places of values between two gaps.
 * @param {ArrayLike<number | null | undefined>} column
 */
function alone(column) {
  /** @type {number[]} */
  const found = [];
  for (let at = 0; at < column.length; at++) {
    if (column[at] != null && column[at - 1] == null && column[at + 1] == null) found.push(at);
  }
  return found;
}
