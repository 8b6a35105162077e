/** One run: its verdict, its charts, what happened, and what may be done. */
import { ApiError, segment } from '../api.js';
import { fill, h } from '../dom.js';
import { marksOf } from '../marks.js';
import { Actions } from '../parts/actions.js';
import { Criteria } from '../parts/criteria.js';
import { EarlierRuns } from '../parts/earlier-runs.js';
import { Events } from '../parts/events.js';
import { RunHistory } from '../parts/history.js';
import { Lanes } from '../parts/lanes.js';
import { LoadCharts } from '../parts/load-charts.js';
import { Requests } from '../parts/requests.js';
import { RunAlerts } from '../parts/run-alerts.js';
import { SeriesSection } from '../parts/series.js';
import { Tiles } from '../parts/tiles.js';
import { PRESETS, TimeBar } from '../parts/time-bar.js';
import { VerdictBar } from '../parts/verdict.js';
import { merge, RunData, stepFor } from '../run-data.js';
import { follow } from '../stream.js';
import { TimeAxis } from '../time-axis.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../run-data.js').LoadGrids} LoadGrids */
/** @typedef {import('../../src/model/status.ts').RunStatus} RunStatus */
/** @typedef {import('../../src/model/run.ts').RunEvent} RunEvent */
/** @typedef {import('../../src/model/run.ts').Action} Action */
/** @typedef {import('../../src/model/verdict.ts').Verdict} Verdict */
/** @typedef {{ kind: string, fromMs: number, untilMs: number, reason: string }} Stretch */

const WINDOW_MS = 10_000;
/** Around an instant that a link names. */
const AROUND_MS = 3_600_000;
const ZOOM_SETTLES_MS = 90;
const ALERTS_EVERY_MS = 10_000;

export class RunView {
  /**
   * @param {App} app
   * @param {HTMLElement} root
   * @param {string} id
   * @param {number | null} atMs
   * @param {RunStatus | null} [known] of a live run, when it was asked for already
   */
  constructor(app, root, id, atMs, known = null) {
    this.app = app;
    this.root = root;
    this.id = id;
    this.atMs = atMs;
    this.known = known;
    this.leaving = new AbortController();
    this.asking = new AbortController();
    this.data = new RunData(app.api, id);
    /** @type {RunStatus | null} */
    this.status = null;
    /** @type {Verdict | null} */
    this.verdict = null;
    /** @type {RunEvent[]} */
    this.events = [];
    /** @type {Action[]} */
    this.actions = [];
    /** @type {Stretch[]} */
    this.stretches = [];
    /** @type {{ name: string, changePoints: readonly { atMs: number, label: string }[] }[]} */
    this.trends = [];
    /** @type {LoadGrids | null} */
    this.grids = null;
    this.refreshedMs = 0;
    this.isCarrying = false;
    this.judgedMs = 0;
    this.alertsMs = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.settling = undefined;
  }

  async open() {
    const { signal } = this.leaving;
    fill(this.root, h('p', { class: 'loading', role: 'status' }, 'Reading the run…'));
    const { api } = this.app;
    const path = this.data.path;
    const [run, live] = await Promise.all([
      api.get(path, signal),
      this.known ? { live: [this.known] } : api.get(`/v1/status?run=${segment(this.id)}`, signal).catch(nothingAt(404)),
    ]);
    if (signal.aborted) return;
    this.run = run;
    this.status = live?.live[0] ?? null;
    this.actions = run.actions;
    this.app.setProfileZone(run.profile.traffic.timezone);
    const nowMs = this.status?.nowMs ?? run.endedMs ?? run.endMs;
    const endMs = this.status?.endMs ?? run.endedMs ?? run.endMs;
    this.axis = new TimeAxis({ fromMs: run.startMs, untilMs: endMs });
    this.axis.nowMs = nowMs;
    if (this.atMs !== null) this.axis.zoomTo(this.atMs - AROUND_MS, this.atMs + AROUND_MS);
    this.#build(run);
    if (this.status !== null) this.#told(this.status);
    if (performance.getEntriesByName('soakd:verdict').length === 0) performance.mark('soakd:verdict');
    await this.#loadAll();
    if (run.live) this.#follow();
    else this.app.setConnection('idle');
  }

  /** @param {any} run */
  #build(run) {
    const { app, axis, data } = this;
    if (axis === undefined) return;
    this.verdictBar = new VerdictBar();
    this.verdictBar.setRun(run);
    this.tiles = new Tiles();
    this.lanes = new Lanes(axis, app.times, () => this.#redraw());
    const lanes = this.lanes;
    this.timeBar = new TimeBar(axis, app.times, () => lanes.marks);
    this.timeBar.startMs = run.startMs;
    this.timeBar.compression = run.compression;
    const timeBar = this.timeBar;
    const context = {
      axis,
      times: app.times,
      marks: () => lanes.inCharts(),
      onCursor: (/** @type {number | null} */ at) => timeBar.point(at),
    };
    this.criteria = new Criteria();
    this.requests = new Requests();
    this.eventList = new Events(app.times, (atMs) => this.showAt(atMs));
    this.actionBar = new Actions(app, this.id);
    this.alerts = new RunAlerts(app, this.id, (atMs) => this.showAt(atMs));
    this.earlier = new EarlierRuns(app, run);
    this.history = new RunHistory(app, run.live ? undefined : run.id);
    const main = h('div', { class: 'main' });
    const below = h('div');
    const aside = h('div', { class: 'aside' }, this.criteria.element, this.alerts.element, this.earlier.element);
    fill(
      this.root,
      this.verdictBar.element,
      run.live ? this.actionBar.element : null,
      run.live ? this.tiles.element : null,
      this.timeBar.element,
      h('div', { class: 'columns' }, main, aside),
      below,
    );
    main.append(this.lanes.element);
    this.loadCharts = null;
    // Charts measure themselves: they are made where they already stand.
    const place = h('div', { class: 'load-charts' });
    main.append(place);
    this.loadCharts = new LoadCharts(context);
    place.append(...this.loadCharts.elements);
    this.chartPlace = place;
    for (const chart of this.loadCharts.charts) chart.rebuild();
    this.series = new SeriesSection(data, context, (thrown) => this.#failed(thrown));
    below.append(this.series.element, this.requests.element, this.eventList.element, this.history.element);
    axis.onChange(() => this.#rangeMoved());
    this.resizing = new ResizeObserver(() => this.#resized());
    this.resizing.observe(main);
    this.resizing.observe(below);
  }

  close() {
    this.leaving.abort();
    this.asking.abort();
    clearTimeout(this.settling);
    this.resizing?.disconnect();
    this.series?.destroy();
    for (const chart of this.loadCharts?.charts ?? []) chart.destroy();
  }

  /** @param {number} atMs */
  showAt(atMs) {
    this.axis?.zoomTo(atMs - AROUND_MS, atMs + AROUND_MS);
    this.lanes?.element.scrollIntoView({ block: 'start' });
  }

  /** Colours or the zone are others. */
  restyle() {
    for (const chart of this.loadCharts?.charts ?? []) chart.rebuild();
    this.series?.restyle();
    this.lanes?.draw();
    this.timeBar?.show();
    this.eventList?.restyle();
    this.alerts?.restyle();
    this.history?.show();
    if (this.status !== null) this.verdictBar?.showStatus(this.status, this.app.times());
    else if (this.run !== undefined) this.verdictBar?.showEnded(this.run, this.verdict, this.app.times());
  }

  /** An action was taken: its row, and what it does to the plan. */
  async acted() {
    await this.#loadHappenings();
    this.#scheduleLoad();
  }

  async #loadAll() {
    const { signal } = this.leaving;
    const { api } = this.app;
    const path = this.data.path;
    // Whoever zooms meanwhile takes this question back.
    const load = this.#loadGrids().catch((thrown) => this.#failed(thrown));
    const series = api
      .get(`${path}/samples?from=0&to=0`, signal)
      .then((answer) => this.series?.setSeries(answer.series))
      .catch((thrown) => this.#failed(thrown));
    const trends = this.#loadTrends();
    // The daemon reads rows on one thread: what is drawn first is asked first.
    const happenings = load.then(() => this.#loadHappenings());
    const verdict = this.run?.live ? null : api.get(`${path}/verdict`, signal).catch(nothingAt(404));
    await Promise.all([load, series, trends, happenings]);
    this.verdict = await verdict;
    if (this.status === null) this.#showEnded();
    void this.#loadRequests();
    void this.earlier?.load(signal);
    void this.history?.load(this.run.name, signal);
    void this.alerts?.load(signal).then(() => this.#showMarks());
  }

  #showEnded() {
    this.verdictBar?.showEnded(this.run, this.verdict, this.app.times());
    const criteria = this.verdict?.criteria ?? [];
    this.criteria?.show(criteria);
    this.loadCharts?.setLimits(criteria);
    this.requests?.setDrift(this.verdict?.drift ?? []);
  }

  async #loadTrends() {
    const answer = await this.app.api.get(`${this.data.path}/trends`, this.leaving.signal);
    this.series?.setTrends(answer.growth);
    this.trends = [
      ...answer.growth.map((/** @type {any} */ { trend }) => ({
        name: trend.series,
        changePoints: trend.changePoints,
      })),
      ...answer.drift
        .slice(0, 1)
        .map((/** @type {any} */ { trend }) => ({ name: 'P95', changePoints: trend.changePoints })),
    ];
    this.#showMarks();
  }

  async #loadHappenings() {
    const { signal } = this.leaving;
    const { api } = this.app;
    const [events, timeline, run] = await Promise.all([
      this.data.events(signal),
      api.get(`${this.data.path}/timeline`, signal).catch(nothingAt(410)),
      api.get(this.data.path, signal),
    ]);
    this.events = events;
    this.stretches = timeline?.stretches ?? [];
    this.actions = run.actions;
    this.eventList?.show(this.events, this.actions);
    this.#showMarks();
  }

  async #loadRequests() {
    const { axis } = this;
    if (axis === undefined) return;
    const from = Math.round(Math.max(axis.range.fromMs, axis.run.fromMs));
    const to = Math.round(Math.min(axis.range.untilMs, axis.nowMs));
    if (to <= from) return;
    try {
      const answer = await this.app.api.get(`${this.data.path}/requests?from=${from}&to=${to}`, this.asking.signal);
      this.requests?.setLines(answer.requests, this.app.times().stretch(from, to));
    } catch (thrown) {
      this.#failed(thrown);
    }
  }

  async #loadGrids() {
    const { axis } = this;
    if (axis === undefined) return;
    const { signal } = this.asking;
    const width = this.loadCharts?.load.chart.canvas.clientWidth ?? 800;
    const { range } = axis;
    const from = Math.max(range.fromMs, axis.run.fromMs);
    const until = Math.min(range.untilMs, axis.run.untilMs);
    if (until <= from) return;
    const stepMs = stepFor(range, Math.max(200, width / 1.4), WINDOW_MS);
    const { nowMs } = axis;
    this.grids = await this.data.load({ fromMs: from, untilMs: until }, stepMs, signal);
    this.refreshedMs = nowMs;
    this.#drawGrids();
    // For whoever measures: from here on the page says what it is for.
    if (performance.getEntriesByName('soakd:charts').length === 0) performance.mark('soakd:charts');
  }

  #drawGrids() {
    if (this.grids === null || this.axis === undefined) return;
    const { run, nowMs } = this.axis;
    const knownMs = this.status === null ? run.untilMs : Math.floor(nowMs / WINDOW_MS) * WINDOW_MS;
    this.loadCharts?.show(this.grids, { startMs: run.fromMs, endMs: run.untilMs, knownMs });
  }

  /** What is in sight and grows is carried on from where it ends. */
  async #carryOn() {
    const { axis, grids } = this;
    if (axis === undefined || grids === null || !axis.showsNow || this.isCarrying) return;
    const { load } = grids;
    const { nowMs } = axis;
    const fromMs = Math.max(load.fromMs, Math.floor(this.refreshedMs / load.stepMs) * load.stepMs - load.stepMs);
    this.isCarrying = true;
    try {
      const newer = await this.data.load({ fromMs, untilMs: nowMs }, load.stepMs, this.asking.signal);
      if (this.grids !== grids) return;
      // Only now: what could not be had is asked for again.
      this.refreshedMs = nowMs;
      merge(grids.load, newer.load);
      if (newer.latency.stepMs === grids.latency.stepMs) merge(grids.latency, newer.latency);
      this.#drawGrids();
      await this.series?.carryOn();
    } catch (thrown) {
      this.#failed(thrown);
    } finally {
      this.isCarrying = false;
    }
  }

  #rangeMoved() {
    for (const chart of this.loadCharts?.charts ?? []) chart.rescale();
    this.lanes?.draw();
    this.#scheduleLoad();
  }

  /** A drag or a wheel of keys asks once, when it has come to rest. */
  #scheduleLoad() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.asking.abort();
      this.asking = new AbortController();
      this.#loadGrids().catch((thrown) => this.#failed(thrown));
      this.series?.rangeMoved();
      void this.#loadRequests();
    }, ZOOM_SETTLES_MS);
  }

  #resized() {
    for (const chart of this.loadCharts?.charts ?? []) chart.resize();
    for (const chart of this.series?.charts ?? []) chart.resize();
    this.lanes?.draw();
  }

  #redraw() {
    for (const chart of this.loadCharts?.charts ?? []) chart.redraw();
    for (const chart of this.series?.charts ?? []) chart.redraw();
  }

  #showMarks() {
    const { events, actions, stretches, trends } = this;
    const nowMs = this.axis?.nowMs ?? 0;
    this.lanes?.show(marksOf({ events, actions, stretches, trends, alerts: this.alerts?.alerts ?? [], nowMs }));
    this.#redraw();
  }

  #follow() {
    const { app, leaving } = this;
    let wasAway = false;
    const query = new URLSearchParams({ run: this.id, status: 'changes' });
    void follow(`/v1/stream?${query}`, {
      headers: () => app.api.headers(),
      signal: leaving.signal,
      onState: (state) => {
        if (leaving.signal.aborted) return;
        app.setConnection(state);
        if (state === 'away') wasAway = true;
        if (state === 'live' && wasAway) {
          wasAway = false;
          this.#loadHappenings().catch((thrown) => this.#failed(thrown));
          this.#scheduleLoad();
        }
      },
      onMessage: ({ event, data }) => {
        if (data.runId !== this.id) return;
        if (event === 'status')
          this.#told({ ...this.status, ...data.status, series: this.#series(data.status.series) });
        else if (event === 'event') this.#happened(data.event);
        else if (event === 'state') this.#stateIs(data.state);
      },
    });
  }

  /**
   * Brief entries take the rest from what was told before.
   * @param {RunStatus['series']} series
   */
  #series(series) {
    const known = new Map((this.status?.series ?? []).map((one) => [one.id, one]));
    return series.map((one) => ({ ...known.get(one.id), ...one }));
  }

  /** @param {RunStatus} status */
  #told(status) {
    this.status = status;
    const { axis } = this;
    if (axis === undefined) return;
    const times = this.app.times();
    this.verdictBar?.showStatus(status, times);
    this.tiles?.show(status);
    this.actionBar?.show(status);
    this.criteria?.show(status.criteria);
    this.loadCharts?.setLimits(status.criteria);
    this.series?.setLasts(status.series);
    this.requests?.setDrift(status.drift);
    axis.moveTo(status.nowMs, { fromMs: status.startMs, untilMs: status.endMs });
    if (this.grids === null) return;
    const judgedMs = status.standing?.computedMs ?? 0;
    if (judgedMs !== this.judgedMs) {
      this.judgedMs = judgedMs;
      this.#loadTrends().catch((thrown) => this.#failed(thrown));
    }
    if (status.nowMs - this.alertsMs >= ALERTS_EVERY_MS) {
      this.alertsMs = status.nowMs;
      void this.alerts?.load(this.leaving.signal).then(() => this.#showMarks());
    }
    const { stepMs } = this.grids.load;
    if (status.nowMs - this.refreshedMs >= Math.min(60_000, Math.max(WINDOW_MS, stepMs / 5))) void this.#carryOn();
  }

  /** @param {RunEvent} event */
  #happened(event) {
    if (this.events.some(({ id }) => id === event.id)) return;
    this.events.push(event);
    this.eventList?.show(this.events, this.actions);
    this.#showMarks();
  }

  /** @param {string} state */
  #stateIs(state) {
    if (!['passed', 'failed', 'inconclusive', 'aborted', 'rehearsed'].includes(state)) return;
    // It is over: the page of a run that is over says more.
    this.close();
    this.app.reopen();
  }

  /** What is left of the run is shown; empty charts would look as if nothing had been. */
  #showPruned() {
    if (this.chartPlace === undefined || this.series === undefined || this.requests === undefined) return;
    for (const { element } of [this.series, this.requests]) element.hidden = true;
    fill(
      this.chartPlace,
      h(
        'p',
        { class: 'panel empty', id: 'pruned', role: 'status' },
        'The windows, durations and samples of this run are past their retention and deleted: there are no charts of it any more. Its verdict, events and report are kept.',
      ),
    );
  }

  /** @param {unknown} thrown */
  #failed(thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return;
    if (thrown instanceof ApiError) {
      if (thrown.isAway) this.app.setConnection('away');
      else if (thrown.code === 'rows_pruned') this.#showPruned();
      else if (thrown.status === 401) this.app.setConnection('refused');
      else this.app.complain(thrown.message);
      return;
    }
    throw thrown;
  }

  /**
   * A key that nobody else took.
   * @param {KeyboardEvent} event
   * @returns {boolean} true when it was one of ours
   */
  key(event) {
    const { axis } = this;
    if (axis === undefined) return false;
    const preset = PRESETS.find(({ key }) => key === event.key);
    if (preset !== undefined) {
      this.timeBar?.choose(preset.ms);
      return true;
    }
    switch (event.key) {
      case '+':
      case '=':
        axis.zoomBy(0.5);
        return true;
      case '-':
        axis.zoomBy(2);
        return true;
      case '[':
        axis.panBy(-0.5);
        return true;
      case ']':
        axis.panBy(0.5);
        return true;
      case 'Backspace':
        axis.back();
        return true;
      case '/':
        this.series?.search.focus();
        return true;
      case 'n':
        if (this.status !== null) void this.actionBar?.annotate();
        return true;
      case 'p':
        if (this.status !== null) void this.actionBar?.pauseOrResume();
        return true;
      case 'j':
      case 'k':
        this.#nextChart(event.key === 'j' ? 1 : -1);
        return true;
      case 'ArrowLeft':
      case 'ArrowRight':
        return this.#moveCursor(event);
      default:
        return false;
    }
  }

  /** @param {number} by */
  #nextChart(by) {
    const charts = [...this.root.querySelectorAll('figure.chart')];
    const at = document.activeElement === null ? -1 : charts.indexOf(document.activeElement);
    const next = charts[Math.max(0, Math.min(charts.length - 1, at + by))];
    if (next instanceof HTMLElement) {
      next.focus({ preventScroll: true });
      next.scrollIntoView({ block: 'center' });
    }
  }

  /** @param {KeyboardEvent} event */
  #moveCursor(event) {
    const all = [...(this.loadCharts?.charts ?? []), ...(this.series?.charts ?? [])];
    const chart = all.find(({ host }) => host.parentElement === document.activeElement);
    if (chart === undefined) return false;
    const said = chart.moveCursor((event.key === 'ArrowLeft' ? -1 : 1) * (event.shiftKey ? 10 : 1));
    this.app.announce(said);
    return true;
  }
}

/**
 * Null instead of an answer with this status.
 * @param {number} status
 */
const nothingAt = (status) => (/** @type {unknown} */ thrown) => {
  if (thrown instanceof ApiError && thrown.status === status) return null;
  throw thrown;
};
