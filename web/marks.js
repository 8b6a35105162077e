/** What happened in a run, on its time axis: moments and stretches, each kind with a shape, a colour and a word. */

/** @typedef {import('../src/model/run.ts').RunEvent} RunEvent */
/** @typedef {import('../src/model/run.ts').Action} Action */
/** @typedef {import('../src/model/alert.ts').Alert} Alert */

/**
 * @typedef {object} Lane
 * @property {string} id
 * @property {string} name
 * @property {string} describes
 * @property {string} colour name of a colour in app.css
 * @property {'mark' | 'band'} shape
 * @property {boolean} inCharts drawn through every chart unless the reader switches it off
 */

/** In the order in which they are shown. @type {readonly Lane[]} */
export const LANES = [
  { id: 'alert', name: 'alerts', describes: 'while an alert fired', colour: 'alert', shape: 'band', inCharts: false },
  { id: 'outage', name: 'outages', describes: 'the target was down', colour: 'bad', shape: 'band', inCharts: true },
  { id: 'fault', name: 'faults', describes: 'an injected fault', colour: 'fault', shape: 'mark', inCharts: true },
  { id: 'deploy', name: 'deploys', describes: 'a build, a note', colour: 'deploy', shape: 'mark', inCharts: true },
  {
    id: 'restart',
    name: 'restarts',
    describes: 'a process began anew',
    colour: 'restart',
    shape: 'mark',
    inCharts: true,
  },
  {
    id: 'change',
    name: 'changes',
    describes: 'a series moved to another level',
    colour: 'change',
    shape: 'mark',
    inCharts: false,
  },
  {
    id: 'finding',
    name: 'findings',
    describes: 'a trend was called or suspected',
    colour: 'finding',
    shape: 'mark',
    inCharts: false,
  },
  { id: 'action', name: 'actions', describes: 'what operators did', colour: 'action', shape: 'mark', inCharts: true },
  {
    id: 'soakd',
    name: 'soakd',
    describes: 'trouble of soakd, k6 or a source',
    colour: 'soakd',
    shape: 'mark',
    inCharts: false,
  },
  {
    id: 'not_offered',
    name: 'no load',
    describes: 'not offered: counts for nothing',
    colour: 'gap',
    shape: 'band',
    inCharts: true,
  },
  {
    id: 'paused',
    name: 'paused',
    describes: 'an operator paused the load',
    colour: 'gap',
    shape: 'band',
    inCharts: true,
  },
  {
    id: 'excluded',
    name: 'excluded',
    describes: 'the profile does not judge it',
    colour: 'excluded',
    shape: 'band',
    inCharts: true,
  },
  { id: 'warmup', name: 'warm-up', describes: 'not judged', colour: 'excluded', shape: 'band', inCharts: true },
  {
    id: 'calibration',
    name: 'fixed rate',
    describes: 'calibration windows',
    colour: 'calibration',
    shape: 'band',
    inCharts: false,
  },
];

/**
 * @typedef {object} Mark
 * @property {string} lane
 * @property {number} atMs
 * @property {number} untilMs the same as `atMs` for a moment
 * @property {string} text
 */

/**
 * A moment.
 * @param {string} lane
 * @param {number} atMs
 * @param {string} text
 * @returns {Mark}
 */
const moment = (lane, atMs, text) => ({ lane, atMs, untilMs: atMs, text });

const CALLED = ['suspect', 'leak', 'drift'];

/**
 * The lane of an event; null for what is told elsewhere or moves nothing.
 * @param {RunEvent} event
 */
export function laneOf({ kind, severity, data }) {
  if (kind.startsWith('fault')) return 'fault';
  if (kind.endsWith('_restarted')) return 'restart';
  if (kind.startsWith('target_deployed') || kind.endsWith('_changed_build')) return 'deploy';
  if (kind === 'trend_changed') return CALLED.includes(String(data.to)) ? 'finding' : null;
  if (kind.startsWith('alert')) return null;
  return severity === 'info' ? null : 'soakd';
}

/**
 * Everything that is known of a run, in order of time.
 * @param {{
 *   events: readonly RunEvent[],
 *   actions: readonly Action[],
 *   stretches: readonly { kind: string, fromMs: number, untilMs: number, reason: string }[],
 *   trends: readonly { name: string, changePoints: readonly { atMs: number, label: string }[] }[],
 *   alerts: readonly Alert[],
 *   nowMs: number,
 * }} known
 * @returns {Mark[]}
 */
export function marksOf({ events, actions, stretches, trends, alerts, nowMs }) {
  /** @type {Mark[]} */
  const marks = [];
  for (const event of events) {
    const lane = laneOf(event);
    if (lane !== null) marks.push(moment(lane, event.atMs, event.message));
  }
  for (const { kind, atMs, who, text } of actions) {
    if (kind === 'annotate') marks.push(moment('deploy', atMs, `${text} (${who})`));
    else marks.push(moment('action', atMs, `${text}, by ${who}`));
  }
  for (const { kind, fromMs, untilMs, reason } of stretches)
    marks.push({ lane: kind, atMs: fromMs, untilMs, text: reason });
  for (const { name, changePoints } of trends) {
    for (const { atMs, label } of changePoints) marks.push(moment('change', atMs, `${name}: ${label}`));
  }
  for (const { rule, firingMs, resolvedMs, evidence } of alerts) {
    if (firingMs === null) continue;
    marks.push({ lane: 'alert', atMs: firingMs, untilMs: resolvedMs ?? nowMs, text: `${rule.name}: ${evidence}` });
  }
  return marks.sort((a, b) => a.atMs - b.atMs);
}

/**
 * Those near an instant, for a line of text under the cursor.
 * @param {readonly Mark[]} marks
 * @param {number} atMs
 * @param {number} withinMs
 */
export const marksNear = (marks, atMs, withinMs) =>
  marks.filter((mark) => mark.atMs - withinMs <= atMs && atMs <= mark.untilMs + withinMs);
