/** Every sampled series with what is said of its trend. Charts are made, and numbers asked for, only where they are in sight. */
import { Chart } from '../chart.js';
import { h, keepList, say } from '../dom.js';
import { counted, quantity, range, signed, words } from '../format.js';
import { instantsOf, merge, oldestEnd, stepFor } from '../run-data.js';
import { lineAt } from '../trend-line.js';

/** @typedef {import('../../src/model/verdict.ts').SeriesGrowth} SeriesGrowth */
/** @typedef {import('../../src/verdict/trend-line.ts').TrendPoint} TrendPoint */
/** @typedef {import('../run-data.js').Grid} Grid */
/** @typedef {import('../run-data.js').RunData} RunData */
/** @typedef {import('../chart.js').ChartContext} ChartContext */
/** @typedef {{ id: string, unit: string, role: string, kind: string }} SeriesInfo */
/** @typedef {{ trend: SeriesGrowth, line: TrendPoint[] }} DrawnTrend */

/** What needs looking at comes first. */
const CONCERN = ['leak', 'drift', 'suspect', 'growing', 'not_separable', 'insufficient', 'stable'];

const SAMPLE_MS = 1_000;
const AT_ONCE = 12;
/** Addresses are bounded, and ids may be long. */
const IDS_CHARACTERS = 2_500;

/** @typedef {{ info: SeriesInfo, element: HTMLElement, body: HTMLElement, chart: Chart | null, grid: Grid | null, asked: string, inSight: boolean, badge: HTMLElement, said: HTMLElement, last: HTMLElement }} Card */

export class SeriesSection {
  /**
   * @param {RunData} data
   * @param {ChartContext} context
   * @param {(thrown: unknown) => void} onError
   */
  constructor(data, context, onError) {
    this.data = data;
    this.context = context;
    this.onError = onError;
    /** @type {Map<string, Card>} */
    this.cards = new Map();
    /** @type {Map<string, DrawnTrend>} */
    this.trends = new Map();
    /** @type {Map<string, number | null>} */
    this.lasts = new Map();
    this.asking = new AbortController();
    this.isAsking = false;
    this.search = h('input', {
      type: 'search',
      placeholder: 'filter by name or state',
      'aria-label': 'filter series',
      oninput: () => this.#arrange(),
    });
    this.count = h('small');
    this.grid = h('div', { class: 'cards' });
    this.empty = h('p', { class: 'empty' }, 'No series fits.');
    this.element = h(
      'section',
      { id: 'series', tabindex: '-1', 'aria-label': 'series' },
      h('div', { class: 'section-head' }, h('h2', null, 'Series', this.count), this.search),
      this.grid,
      this.empty,
    );
    this.observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '400px 0px' });
  }

  destroy() {
    this.asking.abort();
    this.observer.disconnect();
    for (const { chart } of this.cards.values()) chart?.destroy();
  }

  /** @returns {Chart[]} those that exist by now */
  get charts() {
    return [...this.cards.values()].flatMap(({ chart }) => chart ?? []);
  }

  /** @param {string} id */
  has(id) {
    return this.cards.has(id);
  }

  /** @param {readonly SeriesInfo[]} series */
  setSeries(series) {
    for (const info of series) if (!this.cards.has(info.id)) this.cards.set(info.id, this.#card(info));
    this.#arrange();
  }

  /** @param {readonly DrawnTrend[]} trends */
  setTrends(trends) {
    for (const one of trends) this.trends.set(one.trend.series, one);
    for (const card of this.cards.values()) {
      this.#describe(card);
      this.#draw(card);
    }
    this.#arrange();
  }

  /** @param {readonly { id: string, last: number | null }[]} series */
  setLasts(series) {
    for (const { id, last } of series) {
      const card = this.cards.get(id);
      if (card !== undefined) say(card.last, quantity(last, card.info.unit));
    }
  }

  /** The time axis moved: what is in sight is asked for anew. */
  rangeMoved() {
    for (const { chart } of this.cards.values()) chart?.rescale();
    this.asking.abort();
    this.asking = new AbortController();
    this.isAsking = false;
    void this.load();
  }

  /** Asks for what is in sight and not known for this stretch, a few series at a time. */
  async load() {
    if (this.isAsking) return;
    this.isAsking = true;
    const { signal } = this.asking;
    try {
      for (;;) {
        const { range: shown } = this.context.axis;
        const key = `${shown.fromMs} ${shown.untilMs}`;
        const wanted = [...this.cards.values()]
          .filter(({ inSight, asked }) => inSight && asked !== key)
          .slice(0, AT_ONCE)
          .filter(bounded(IDS_CHARACTERS));
        if (wanted.length === 0) return;
        const stepMs = this.#stepMs(wanted[0]);
        const { axis } = this.context;
        const until = Math.min(shown.untilMs, axis.nowMs);
        const from = Math.max(shown.fromMs, axis.run.fromMs);
        const ids = wanted.map(({ info }) => info.id);
        const grids =
          until > from ? await this.data.samples(ids, { fromMs: from, untilMs: until }, stepMs, signal) : new Map();
        for (const card of wanted) {
          card.asked = key;
          card.grid = grids.get(card.info.id) ?? null;
          this.#draw(card);
        }
      }
    } catch (thrown) {
      if (!signal.aborted) this.onError(thrown);
    } finally {
      if (!signal.aborted) this.isAsking = false;
    }
  }

  /**
   * Time has passed: what is in sight is carried on, from where the one ends that was out of sight for longest. What others
   * had already is told once more, which does no harm; a gap would.
   */
  async carryOn() {
    const { axis } = this.context;
    const { signal } = this.asking;
    if (this.isAsking || !axis.showsNow) return;
    const drawn = [...this.cards.values()].flatMap((card) =>
      card.inSight && card.grid !== null ? { card, grid: card.grid } : [],
    );
    try {
      for (const stepMs of new Set(drawn.map(({ grid }) => grid.stepMs))) {
        let left = drawn.filter(({ grid }) => grid.stepMs === stepMs);
        while (left.length > 0) {
          const fits = bounded(IDS_CHARACTERS);
          const wanted = left.slice(0, AT_ONCE).filter(({ card }) => fits(card));
          left = left.filter((one) => !wanted.includes(one));
          await this.#carryOn(wanted, stepMs, signal);
        }
      }
    } catch (thrown) {
      if (!signal.aborted) this.onError(thrown);
    }
  }

  /**
   * @param {readonly { card: Card, grid: Grid }[]} wanted
   * @param {number} stepMs of all of them
   * @param {AbortSignal} signal
   */
  async #carryOn(wanted, stepMs, signal) {
    const { nowMs } = this.context.axis;
    const fromMs = oldestEnd(wanted.map(({ grid }) => grid));
    if (nowMs <= fromMs) return;
    const ids = wanted.map(({ card }) => card.info.id);
    const grids = await this.data.samples(ids, { fromMs, untilMs: nowMs }, stepMs, signal);
    for (const { card, grid } of wanted) {
      const newer = grids.get(card.info.id);
      if (newer === undefined || card.grid !== grid || grid.stepMs !== newer.stepMs) continue;
      merge(grid, newer);
      this.#draw(card);
    }
  }

  /** Colours or times are others now. */
  restyle() {
    for (const { chart } of this.cards.values()) chart?.rebuild();
  }

  /** @param {Card | undefined} card */
  #stepMs(card) {
    const width = card?.body.clientWidth ?? 400;
    return Math.max(60_000, stepFor(this.context.axis.range, Math.max(150, width / 1.5), SAMPLE_MS));
  }

  /** @param {SeriesInfo} info */
  #card(info) {
    const badge = h('span', { class: 'badge' });
    const said = h('p', { class: 'said' });
    const last = h('b', { class: 'last' });
    const body = h('div', { class: 'chart-body' });
    const element = h(
      'figure',
      { class: 'panel chart small', tabindex: '0', 'data-chart': info.id },
      h('figcaption', null, h('h3', { title: `${info.role}, ${info.kind}` }, info.id), last, badge, said),
      body,
    );
    this.observer.observe(element);
    /** @type {Card} */
    const card = { info, element, body, chart: null, grid: null, asked: '', inSight: false, badge, said, last };
    this.#describe(card);
    return card;
  }

  /** @param {Card} card */
  #describe({ info, element, badge, said }) {
    const trend = this.trends.get(info.id)?.trend;
    const state = trend?.state ?? 'none';
    badge.dataset.state = state;
    say(badge, trend === undefined ? 'not judged' : words(state));
    said.title = trend?.why ?? 'It is drawn, and not judged: no leak candidate of the target or its dependencies.';
    if (trend === undefined) say(said, '');
    else if (trend.growthPercentPer24h === null) say(said, trend.why);
    else {
      const rate = `${signed(trend.growthPercentPer24h, 'percent')} a day (${range(trend.interval, 'percent')})`;
      const limit =
        trend.exhaustion === null ? '' : ` · limit reached ${this.context.times().instant(trend.exhaustion.atMs)}`;
      say(said, `${rate}${limit}`);
    }
    element.setAttribute('aria-label', `${info.id}: ${trend?.why ?? 'not judged'}`);
  }

  #arrange() {
    const text = this.search.value.trim().toLowerCase();
    const rank = (/** @type {Card} */ { info }) => {
      const at = CONCERN.indexOf(this.trends.get(info.id)?.trend.state ?? '');
      return at < 0 ? CONCERN.length : at;
    };
    const shown = [...this.cards.values()]
      .filter(({ info }) => {
        const state = words(this.trends.get(info.id)?.trend.state ?? 'not judged');
        return text === '' || info.id.toLowerCase().includes(text) || state.includes(text);
      })
      .map((card, place) => ({ card, place }))
      .toSorted((a, b) => rank(a.card) - rank(b.card) || a.place - b.place)
      .map(({ card }) => card);
    keepList(
      this.grid,
      shown,
      ({ info }) => info.id,
      ({ element }) => element,
    );
    this.empty.hidden = shown.length > 0;
    say(
      this.count,
      text === '' ? counted(this.cards.size, 'series', 'series') : `${shown.length} of ${this.cards.size}`,
    );
  }

  /** @param {IntersectionObserverEntry[]} entries */
  #seen(entries) {
    const byElement = new Map([...this.cards.values()].map((card) => [card.element, card]));
    for (const { target, isIntersecting } of entries) {
      const card = target instanceof HTMLElement ? byElement.get(target) : undefined;
      if (card === undefined) continue;
      card.inSight = isIntersecting;
      if (isIntersecting && card.chart === null) card.chart = new Chart(card.body, specOf(card.info), this.context);
      if (isIntersecting) this.#draw(card);
    }
    // What was out of sight was not carried on meanwhile.
    void this.load().then(() => this.carryOn());
  }

  /** @param {Card} card */
  #draw(card) {
    const { chart, grid, info, inSight } = card;
    if (chart === null || grid === null || !inSight) return;
    const instants = instantsOf(grid);
    const drawn = this.trends.get(info.id);
    const line = lineAt(drawn?.line ?? [], instants);
    chart.changes = drawn?.trend.changePoints ?? [];
    const { min = [], mean = [], max = [] } = grid.columns;
    chart.setData([instants, max, min, line.high, line.low, mean, line.value]);
  }
}

/**
 * Lets cards through until their ids are as long together; always the first one.
 * @param {number} characters
 */
function bounded(characters) {
  let length = 0;
  return (/** @type {Card} */ { info }) => {
    const isFirst = length === 0;
    length += encodeURIComponent(info.id).length + 3;
    return isFirst || length <= characters;
  };
}

/**
 * @param {SeriesInfo} info
 * @returns {import('../chart.js').ChartSpec}
 */
const specOf = ({ id, unit }) => ({
  title: id,
  unit,
  height: 138,
  lines: [
    { label: 'largest', colour: 'series-1', width: 0, quiet: true },
    { label: 'least', colour: 'series-1', width: 0, quiet: true },
    { label: 'trend, highest', colour: 'trend', width: 0, quiet: true },
    { label: 'trend, lowest', colour: 'trend', width: 0, quiet: true },
    { label: 'mean', colour: 'series-1', width: 1.5 },
    { label: 'trend', colour: 'trend', width: 1.75, dash: [6, 3] },
  ],
  bands: [
    { edges: [0, 1], colour: 'series-1', alpha: 0.22 },
    { edges: [2, 3], colour: 'trend', alpha: 0.2 },
  ],
});
