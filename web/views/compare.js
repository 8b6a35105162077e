/** Two runs that are over, held against each other at like load, as the daemon judges it. */
import { ApiError, segment } from '../api.js';
import { fill, h } from '../dom.js';
import { counted, duration, NOTHING, number, quantity, range, signed, words } from '../format.js';
import { tableOf } from '../parts/table.js';
import { SIGNS } from '../parts/verdict.js';
import { compareHash, runHash } from '../router.js';

/** @typedef {import('../app.js').App} App */
/** @typedef {import('../../src/model/verdict.ts').Verdict} Verdict */
/** @typedef {import('../../src/model/baseline.ts').Baseline} Baseline */
/** @typedef {import('../../src/api/schemas.ts').RunSummary} RunSummary */
/** @typedef {import('../../src/model/comparison.ts').RunComparison} RunComparison */
/** @typedef {import('../../src/model/comparison.ts').ComparedNumber} ComparedNumber */
/** @typedef {import('../../src/model/comparison.ts').Judgement} Judgement */
/** @typedef {{ run: RunSummary, verdict: Verdict | null }} Side */

/** What needs looking at comes first. */
const ORDER = /** @type {const} */ (['worse', 'better', 'unknown', 'same']);

/** A sign beside the colour. @type {Record<Judgement, string>} */
const JUDGED = { worse: '▲ worse', better: '▼ better', same: '= same', unknown: '? unknown' };

/** @type {Record<ComparedNumber['group'], { title: string, head: string }>} */
const GROUPS = {
  criterion: { title: 'Criteria', head: 'Criterion' },
  duration: { title: 'Response times', head: 'Requests' },
  errors: { title: 'Failures', head: 'Requests' },
  growth: { title: 'Growth a day', head: 'Series' },
  resource: { title: 'Resources', head: 'Series' },
};

export class CompareView {
  /**
   * @param {App} app
   * @param {HTMLElement} root
   * @param {string} a
   * @param {string} b
   */
  constructor(app, root, a, b) {
    this.app = app;
    this.root = root;
    this.ids = /** @type {const} */ ([a, b]);
    this.leaving = new AbortController();
    /** @type {Side[]} */
    this.sides = [];
    /** @type {Baseline[]} */
    this.baselines = [];
    /** @type {RunComparison | null} */
    this.found = null;
    this.isAsking = false;
    /** Why the two cannot be compared. @type {string | null} */
    this.refusal = null;
  }

  async open() {
    this.app.setConnection('idle');
    const { api } = this.app;
    const { signal } = this.leaving;
    const [a, b] = this.ids;
    const [first, second, { baselines }] = await Promise.all([
      this.#side(a),
      this.#side(b),
      api.get('/v1/baselines', signal),
    ]);
    this.sides = [first, second];
    this.baselines = baselines;
    this.isAsking = first.verdict !== null && second.verdict !== null;
    this.#show();
    if (!this.isAsking) return;
    // All rows of both are read for it, which takes seconds after three days.
    this.found = await api
      .get(`/v1/compare?a=${segment(a)}&b=${segment(b)}`, signal)
      .catch((/** @type {unknown} */ thrown) => {
        if (!(thrown instanceof ApiError && thrown.code === 'rows_pruned')) throw thrown;
        this.refusal = thrown.message;
        return null;
      });
    this.isAsking = false;
    this.#show();
  }

  close() {
    this.leaving.abort();
  }

  restyle() {
    this.#show();
  }

  key() {
    return false;
  }

  /**
   * @param {string} id
   * @returns {Promise<Side>}
   */
  async #side(id) {
    const { api } = this.app;
    const { signal } = this.leaving;
    const path = `/v1/runs/${segment(id)}`;
    const verdict = api.get(`${path}/verdict`, signal).catch((/** @type {unknown} */ thrown) => {
      if (thrown instanceof ApiError && thrown.status === 404) return null;
      throw thrown;
    });
    return { run: await api.get(path, signal), verdict: await verdict };
  }

  #show() {
    const [a, b] = this.sides;
    if (a === undefined || b === undefined) return;
    fill(
      this.root,
      h(
        'div',
        { class: 'section-head' },
        h('h1', null, 'Comparison'),
        h('a', { class: 'button', href: compareHash(b.run.id, a.run.id) }, 'The other way round'),
      ),
      h('div', { class: 'sides' }, this.#head('First', a), this.#head('Second', b)),
      this.found === null ? this.#notYet() : comparison(this.found),
    );
  }

  /** @returns {HTMLElement} */
  #notYet() {
    if (this.isAsking) return h('p', { class: 'loading', role: 'status' }, 'Holding the second against the first…');
    if (this.refusal !== null) return h('p', { class: 'panel empty' }, `They cannot be compared: ${this.refusal}.`);
    const open = this.sides.filter(({ verdict }) => verdict === null).map(({ run }) => run.id);
    return h(
      'p',
      { class: 'panel empty' },
      `Runs are compared when both are over: there is no verdict yet of ${open.join(' and ')}.`,
    );
  }

  /**
   * @param {string} which
   * @param {Side} side
   */
  #head(which, { run, verdict }) {
    const came = verdict?.outcome ?? run.state;
    const times = this.app.times();
    const names = this.baselines.filter(({ runId }) => runId === run.id).map(({ name }) => name);
    return h(
      'section',
      { class: 'panel side', 'data-outcome': came, 'aria-label': `${which} run` },
      h(
        'h2',
        null,
        `${which} `,
        h('span', { class: 'sign' }, SIGNS[came] ?? '…'),
        ' ',
        h('a', { href: runHash(run.id) }, run.name),
        names.map((name) => h('span', { class: 'badge' }, `baseline ${name}`)),
      ),
      h(
        'p',
        null,
        times.dated(run.startMs),
        ` · ${duration((run.endedMs ?? run.endMs) - run.startMs)} · ${words(came)}`,
      ),
      h('p', null, verdict?.headline ?? 'No verdict yet.'),
    );
  }
}

/** @param {RunComparison} found */
function comparison({ before, after, differences, sharedLoad, numbers }) {
  const count = (/** @type {Judgement} */ judgement) => numbers.filter((one) => one.judgement === judgement).length;
  const shared = `${number(100 * sharedLoad)} % of the time was spent at like loads.`;
  const build = [before.build, after.build].every((one) => one !== null)
    ? `Build ${before.build} → ${after.build}. `
    : '';
  return [
    h(
      'section',
      { class: 'panel', id: 'judged' },
      h('h2', null, `The second is ${ORDER.map((one) => `${count(one)} × ${one}`).join(', ')}`),
      h('p', null, `${build}Held against each other at like load, with 95 % intervals; ${shared}`),
      h(
        'p',
        null,
        h(
          'small',
          null,
          `Of many numbers one in twenty leaves out zero by chance; “unknown” is neither clear of zero nor wholly within what nobody would mind.`,
        ),
      ),
    ),
    differences.length === 0
      ? null
      : h(
          'section',
          { class: 'panel warned', id: 'differences' },
          h('h2', null, `? Not the same soak twice: ${counted(differences.length, 'thing differs', 'things differ')}`),
          h('p', null, 'A difference below need not be the build’s.'),
          h(
            'ul',
            null,
            differences.map((text) => h('li', null, text)),
          ),
        ),
    .../** @type {ComparedNumber['group'][]} */ (Object.keys(GROUPS)).map((group) =>
      table(
        group,
        numbers.filter((one) => one.group === group),
      ),
    ),
  ];
}

/**
 * @param {ComparedNumber['group']} group
 * @param {ComparedNumber[]} numbers
 */
function table(group, numbers) {
  const { title, head } = GROUPS[group];
  const sorted = numbers.toSorted((a, b) => ORDER.indexOf(a.judgement) - ORDER.indexOf(b.judgement));
  return h(
    'section',
    { class: 'panel', 'data-group': group },
    h('h2', null, title),
    numbers.length === 0
      ? h('p', { class: 'empty' }, 'Nothing that both runs have.')
      : tableOf(
          ['', head, 'First', 'Second', 'Difference', '95 % interval'].map((text, at) =>
            h('th', { scope: 'col', class: at > 1 ? 'num' : '' }, text),
          ),
          sorted.map(row),
        ),
  );
}

/** @param {ComparedNumber} number */
function row({ name, unit, before, after, change, judgement, note }) {
  return h(
    'tr',
    { 'data-judgement': judgement },
    h('td', { class: 'judged' }, JUDGED[judgement]),
    h('th', { scope: 'row' }, name, note === '' ? null : h('small', null, ` ${note}`)),
    h('td', { class: 'num' }, quantity(before, unit)),
    h('td', { class: 'num' }, quantity(after, unit)),
    h('td', { class: 'num' }, change === null ? NOTHING : by(change.by, unit, change.estimate)),
    h('td', { class: 'num' }, change === null ? NOTHING : between(change, unit)),
  );
}

/**
 * A difference in percent of the first, in the unit, or, of what is itself in percent, in points.
 * @param {'percent' | 'unit'} kind
 * @param {string} unit
 * @param {number} value
 */
const by = (kind, unit, value) =>
  kind === 'percent'
    ? signed(value, 'percent')
    : isShare(unit)
      ? `${signed(value, 'count')} points`
      : signed(value, unit);

/** @param {string} unit */
const isShare = (unit) => unit === 'percent' || unit === 'percent_per_24h';

/**
 * @param {NonNullable<ComparedNumber['change']>} change
 * @param {string} unit
 */
function between({ by: kind, low, high }, unit) {
  if (kind === 'percent') return range({ low, high }, 'percent');
  return isShare(unit) ? `${range({ low, high }, 'count')} points` : range({ low, high }, unit);
}
