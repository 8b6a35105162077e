/** The one stretch of time that all charts of a run show. */

/** @typedef {{ fromMs: number, untilMs: number }} Range */

const LEAST_MS = 120_000;
/** Beyond the run's ends a little is shown, so that its first and last minutes do not stick to the frame. */
const MARGIN = 0.004;

export class TimeAxis {
  /** @param {Range} run from its start to its planned end */
  constructor(run) {
    this.run = run;
    this.nowMs = run.untilMs;
    /** @type {'whole' | 'last' | 'fixed'} */
    this.mode = 'whole';
    this.lastMs = 0;
    /** @type {Range} */
    this.range = this.#whole();
    /** @type {{ mode: 'whole' | 'last' | 'fixed', lastMs: number, range: Range }[]} */
    this.before = [];
    /** @type {Set<() => void>} */
    this.listeners = new Set();
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** True while the newest readings are in sight. */
  get showsNow() {
    return this.range.untilMs >= this.nowMs && this.range.fromMs <= this.nowMs;
  }

  /**
   * Time has passed, or the run was extended: a range that follows it moves along.
   * @param {number} nowMs
   * @param {Range} run
   */
  moveTo(nowMs, run) {
    this.nowMs = nowMs;
    this.run = run;
    const wanted = this.mode === 'whole' ? this.#whole() : this.mode === 'last' ? this.#last(this.lastMs) : this.range;
    // A few pixels are not worth a redraw of everything.
    const lengthMs = this.range.untilMs - this.range.fromMs;
    const movedMs = Math.abs(wanted.untilMs - this.range.untilMs) + Math.abs(wanted.fromMs - this.range.fromMs);
    if (movedMs > lengthMs / 500) this.#set(wanted);
  }

  showWhole() {
    this.mode = 'whole';
    this.before = [];
    this.#set(this.#whole());
  }

  /**
   * The last hours up to now, and on.
   * @param {number} lengthMs
   */
  showLast(lengthMs) {
    this.mode = 'last';
    this.lastMs = lengthMs;
    this.before = [];
    this.#set(this.#last(lengthMs));
  }

  /**
   * @param {number} fromMs
   * @param {number} untilMs
   */
  zoomTo(fromMs, untilMs) {
    const wanted = this.#within(fromMs, untilMs);
    // Charts with a common cursor all tell of one drag.
    const lengthMs = wanted.untilMs - wanted.fromMs;
    const movedMs = Math.abs(wanted.fromMs - this.range.fromMs) + Math.abs(wanted.untilMs - this.range.untilMs);
    if (movedMs < lengthMs / 50) return;
    this.before.push({ mode: this.mode, lastMs: this.lastMs, range: this.range });
    this.mode = 'fixed';
    this.#set(wanted);
  }

  /**
   * Around the middle; above 1 shows more.
   * @param {number} factor
   */
  zoomBy(factor) {
    const { fromMs, untilMs } = this.range;
    const half = (factor * (untilMs - fromMs)) / 2;
    const middle = (fromMs + untilMs) / 2;
    this.zoomTo(middle - half, middle + half);
  }

  /** @param {number} share of what is shown, to the right */
  panBy(share) {
    const { fromMs, untilMs } = this.range;
    const byMs = share * (untilMs - fromMs);
    const whole = this.#whole();
    const moved = Math.max(whole.fromMs - fromMs, Math.min(whole.untilMs - untilMs, byMs));
    this.mode = 'fixed';
    this.#set({ fromMs: fromMs + moved, untilMs: untilMs + moved });
  }

  /** What was shown before the last zoom, or everything; what followed the run follows it again. */
  back() {
    const shown = this.before.pop();
    if (shown === undefined || shown.mode === 'whole') {
      this.showWhole();
      return;
    }
    this.mode = shown.mode;
    this.lastMs = shown.lastMs;
    this.#set(shown.mode === 'last' ? this.#last(shown.lastMs) : shown.range);
  }

  /** @returns {Range} */
  #whole() {
    const { fromMs, untilMs } = this.run;
    const margin = Math.max(1_000, MARGIN * (untilMs - fromMs));
    return { fromMs: fromMs - margin, untilMs: untilMs + margin };
  }

  /**
   * @param {number} lengthMs
   * @returns {Range}
   */
  #last(lengthMs) {
    return { fromMs: this.nowMs - lengthMs, untilMs: this.nowMs + lengthMs / 30 };
  }

  /**
   * @param {number} fromMs
   * @param {number} untilMs
   * @returns {Range}
   */
  #within(fromMs, untilMs) {
    const whole = this.#whole();
    const length = Math.min(Math.max(LEAST_MS, untilMs - fromMs), whole.untilMs - whole.fromMs);
    const from = Math.min(Math.max(whole.fromMs, (fromMs + untilMs - length) / 2), whole.untilMs - length);
    return { fromMs: from, untilMs: from + length };
  }

  /** @param {Range} range */
  #set(range) {
    this.range = range;
    for (const listener of this.listeners) listener();
  }
}
