/** The last runs of a profile: where growth, P95, errors and MTTR go from run to run, and which run others are held against. */
import { ApiError } from '../api.js';
import { ask, toast } from '../dialogs.js';
import { fill, h, s } from '../dom.js';
import { NOTHING, number, quantity, signed, words } from '../format.js';
import { compareHash, runHash } from '../router.js';
import { tableOf } from './table.js';
import { SIGNS } from './verdict.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/compare/history.ts').History} History */
/** @typedef {import('../../src/compare/history.ts').HistoryRow} HistoryRow */
/** @typedef {import('../../src/compare/trend-over-runs.ts').RunOrderTrend} RunOrderTrend */
/** @typedef {import('../../src/model/baseline.ts').Baseline} Baseline */

const LAST = 20;
const DEFAULT_NAME = 'default';
const NAME = { pattern: '[a-zA-Z0-9][a-zA-Z0-9_.\\-]{0,63}', title: 'letters, digits, dot, - and _' };

/** As `HISTORY_METRICS` of src/compare/history.ts names them. */
const METRICS = /** @type {const} */ ([
  { id: 'growth', title: 'Memory growth a day', unit: 'percent_per_24h' },
  { id: 'p95', title: 'P95', unit: 'milliseconds' },
  { id: 'errors', title: 'Error rate', unit: 'percent' },
  { id: 'mttr', title: 'MTTR', unit: 'seconds' },
]);

/** Higher is worse in all of them. @type {Record<RunOrderTrend['direction'], string>} */
const DIRECTIONS = { rising: '▲ rising', falling: '▼ falling', none: 'no trend', too_few: 'too few runs' };

export class RunHistory {
  /**
   * @param {App} app
   * @param {string} [ownId] the run that is shown: others are held against it
   */
  constructor(app, ownId) {
    this.app = app;
    this.ownId = ownId ?? null;
    this.profile = '';
    /** @type {History | null} */
    this.history = null;
    /** @type {Baseline[]} */
    this.baselines = [];
    this.element = h('section', { class: 'panel', id: 'history', tabindex: '-1', 'aria-label': 'from run to run' });
    this.element.hidden = true;
  }

  /**
   * @param {string} profile
   * @param {AbortSignal} [signal]
   */
  async load(profile, signal) {
    const { api } = this.app;
    const name = encodeURIComponent(profile);
    const [history, { baselines }] = await Promise.all([
      api.get(`/v1/history?profile=${name}&last=${LAST}`, signal),
      api.get(`/v1/baselines?profile=${name}`, signal),
    ]);
    this.profile = profile;
    this.history = history;
    this.baselines = baselines;
    this.show();
  }

  show() {
    const { history, baselines } = this;
    if (history === null) return;
    this.element.hidden = false;
    const { runs, trends } = history;
    fill(
      this.element,
      h('div', { class: 'section-head' }, h('h2', null, `From run to run: ${this.profile}`)),
      this.#baselines(),
      runs.length === 0
        ? h('p', { class: 'empty' }, 'No run of this profile is over. Rehearsals do not count.')
        : tableOf(
            [
              'Run',
              'Build',
              ...METRICS.map(({ id, title }) => h('th', { scope: 'col', class: 'num', 'data-metric': id }, title)),
              h('th'),
            ],
            [
              h(
                'tr',
                { class: 'trends' },
                h('th', { scope: 'row', colspan: 2 }, `over ${runs.length} runs`),
                METRICS.map(({ id, title, unit }) =>
                  h(
                    'td',
                    { class: 'num', 'data-metric': id, 'data-direction': trends[id].direction },
                    line(
                      title,
                      runs.map(({ values }) => values[id]),
                    ),
                    h('span', null, trendText(trends[id], unit)),
                  ),
                ),
                h('td'),
              ),
              ...runs.toReversed().map((run) =>
                this.#row(
                  run,
                  baselines.filter(({ runId }) => runId === run.runId).map(({ name }) => name),
                ),
              ),
            ],
          ),
    );
  }

  #baselines() {
    const { baselines } = this;
    const times = this.app.times();
    return h(
      'div',
      { class: 'baselines' },
      baselines.some(({ name }) => name === DEFAULT_NAME)
        ? null
        : h(
            'p',
            null,
            'No run was promoted as the baseline: “baseline” in a criterion means the median of the last five runs that passed.',
          ),
      baselines.map(({ name, runId, promotedMs, who }) =>
        h(
          'p',
          null,
          `Baseline ${name}: `,
          h('a', { href: runHash(runId) }, runId),
          `, promoted ${times.dated(promotedMs)} by ${who} `,
          h('button', { type: 'button', onclick: () => void this.#remove(name) }, 'Remove…'),
          this.ownId === null || this.ownId === runId
            ? null
            : h('a', { class: 'button', href: compareHash(runId, this.ownId) }, 'Compare with it'),
        ),
      ),
    );
  }

  /**
   * @param {HistoryRow} run
   * @param {string[]} names of the baselines that it is
   */
  #row({ runId, startMs, build, outcome, values }, names) {
    const isOwn = runId === this.ownId;
    // As `soakd baseline promote` has it: what failed or was aborted is nothing to be held against.
    const canBe = outcome === 'passed' || outcome === 'inconclusive';
    const when = this.app.times().dated(startMs);
    return h(
      'tr',
      { 'data-outcome': outcome, 'data-run': runId, 'aria-current': isOwn ? 'true' : null },
      h(
        'th',
        { scope: 'row' },
        h('span', { class: 'sign', title: words(outcome) }, SIGNS[outcome] ?? '?'),
        ' ',
        isOwn ? `${when} (this run)` : h('a', { href: runHash(runId) }, when),
        names.map((name) => h('span', { class: 'badge' }, `baseline ${name}`)),
      ),
      h('td', null, build ?? ''),
      METRICS.map(({ id, unit }) => h('td', { class: 'num' }, quantity(values[id], unit))),
      h(
        'td',
        { class: 'num' },
        canBe
          ? h(
              'button',
              { type: 'button', 'aria-label': `promote the run of ${when}`, onclick: () => void this.#promote(runId) },
              'Promote…',
            )
          : null,
      ),
    );
  }

  /** @param {string} run */
  async #promote(run) {
    const answer = await ask({
      title: 'Hold later runs against this one?',
      text: `Run ${run} becomes a baseline of “${this.profile}”. Runs that have begun keep the one that they began with.`,
      fields: [
        { name: 'name', label: 'Name of the baseline', value: DEFAULT_NAME, attributes: NAME },
        { name: 'who', label: 'Who', required: false },
      ],
      confirm: 'Promote',
    });
    if (answer === null) return;
    const { name = DEFAULT_NAME, who = '' } = answer;
    await this.#send('/v1/baselines', { run, name, ...(who === '' ? {} : { who }) }, `Promoted as “${name}”.`);
  }

  /** @param {string} name */
  async #remove(name) {
    const answer = await ask({
      title: `Remove the baseline “${name}”?`,
      text: 'The run itself stays. Later runs are no longer held against it.',
      confirm: 'Remove the baseline',
      danger: true,
    });
    if (answer !== null)
      await this.#send('/v1/baselines/remove', { profile: this.profile, name }, `Baseline “${name}” removed.`);
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
      await this.load(this.profile);
    } catch (thrown) {
      const hint = thrown instanceof ApiError && thrown.hint !== '' ? ` ${thrown.hint}` : '';
      toast(`Not done: ${thrown instanceof Error ? thrown.message : String(thrown)}.${hint}`, 'bad');
    }
  }
}

/**
 * @param {RunOrderTrend} trend
 * @param {string} unit
 */
function trendText({ direction, perRun, probability }, unit) {
  if (perRun === null) return NOTHING;
  const rate = `${signed(perRun, unit)} a run`;
  return probability === null
    ? `${DIRECTIONS[direction]}; ${rate}`
    : `${DIRECTIONS[direction]}; ${rate}, p = ${number(probability)}`;
}

const WIDTH = 96;
const HEIGHT = 24;

/**
 * A value for each run, oldest first; a run without one is a gap.
 * @param {string} title
 * @param {(number | null)[]} values
 */
function line(title, values) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const x = (/** @type {number} */ at) => 3 + (at * (WIDTH - 6)) / (values.length - 1);
  const y = (/** @type {number} */ value) =>
    most === least ? HEIGHT / 2 : HEIGHT - 3 - ((value - least) * (HEIGHT - 6)) / (most - least);
  const places = values.flatMap((value, at) => (value === null ? [] : [{ at, x: x(at), y: y(value) }]));
  const path = places
    .map(({ at, x: left, y: top }, index) => {
      const isNext = index > 0 && places[index - 1]?.at === at - 1;
      return `${isNext ? 'L' : 'M'}${left.toFixed(1)} ${top.toFixed(1)}`;
    })
    .join('');
  return s(
    'svg',
    { class: 'run-line', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${title}, run by run` },
    s('path', { d: path }),
    places.map((place) => s('circle', { cx: place.x.toFixed(1), cy: place.y.toFixed(1), r: 2 })),
  );
}
