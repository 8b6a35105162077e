/** The page: which view is shown, and the keys that hold everywhere. */
import { ApiError } from './api.js';
import { App } from './app.js';
import { isAsking, tell } from './dialogs.js';
import { byId, fill, h, say } from './dom.js';
import { placeOf } from './router.js';
import { AlertsView } from './views/alerts.js';
import { CompareView } from './views/compare.js';
import { RunView } from './views/run.js';
import { RunsView } from './views/runs.js';
import { ScheduleView } from './views/schedule.js';

/** @typedef {{ open(): Promise<void>, close(): void, restyle(): void, key(event: KeyboardEvent): boolean, acted?(): Promise<void> }} View */

const KEYS = [
  ['?', 'these keys'],
  ['g l / g r', 'live run / all runs'],
  ['g a / g s', 'alerts / schedule'],
  ['j / k', 'next / previous chart'],
  ['← →', 'move the cursor of the chart in focus; with Shift ten times as far'],
  ['1 2 3 4', 'whole run, 24 h, 6 h, 1 h'],
  ['+ −', 'zoom in / out around the middle'],
  ['[ ]', 'earlier / later'],
  ['Backspace', 'zoom out to what was shown before (also: double click)'],
  ['/', 'filter series'],
  ['n', 'note on the live run'],
  ['p', 'pause or resume the live run'],
  ['t / z', 'colours / time zone'],
];

/** A daemon that is away is asked again after so long. */
const AGAIN_MS = 3_000;
const ALERTS_EVERY_MS = 15_000;

const app = new App();
const root = byId('view');
/** @type {View | null} */
let view = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let again;
let prefix = '';

/**
 * @param {import('./router.js').Place} place
 * @returns {Promise<View | null>}
 */
async function viewOf(place) {
  switch (place.view) {
    case 'run':
      return new RunView(app, root, place.id, place.atMs);
    case 'runs':
      return new RunsView(app, root);
    case 'alerts':
      return new AlertsView(app, root);
    case 'schedule':
      return new ScheduleView(app, root);
    case 'compare':
      return new CompareView(app, root, place.a, place.b);
    case 'live': {
      const { live } = await app.api.get('/v1/status');
      const [status] = live;
      if (status !== undefined) return new RunView(app, root, status.runId, null, status);
      const [newest] = (await app.api.get('/v1/runs?limit=1')).runs;
      return newest === undefined ? new RunsView(app, root) : new RunView(app, root, newest.id, null);
    }
    default:
      return null;
  }
}

async function open() {
  clearTimeout(again);
  view?.close();
  view = null;
  const { hash } = location;
  const place = placeOf(hash);
  for (const link of document.querySelectorAll('nav a')) {
    const isHere =
      link.getAttribute('data-view') === (place.view === 'run' || place.view === 'compare' ? 'runs' : place.view);
    if (isHere) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  try {
    const opened = await viewOf(place);
    if (location.hash !== hash) return;
    view = opened;
    if (view === null)
      fill(
        root,
        h(
          'section',
          { class: 'trouble' },
          h('h1', null, 'There is nothing here'),
          h('a', { href: '#/' }, 'To the live run'),
        ),
      );
    else await view.open();
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') return;
    if (location.hash !== hash) return;
    const isAway = thrown instanceof ApiError && thrown.isAway;
    app.setConnection(isAway ? 'away' : 'idle');
    view?.close();
    view = null;
    fill(
      root,
      app.trouble(thrown, () => void open()),
    );
    if (isAway) again = setTimeout(() => void open(), AGAIN_MS);
    if (!(thrown instanceof ApiError)) throw thrown;
  }
}

/** @param {KeyboardEvent} event */
function key(event) {
  const { target } = event;
  const isTyping =
    target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
  if (event.key === 'Escape' && isTyping) target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping || isAsking()) return;
  if (prefix === 'g') {
    prefix = '';
    const to = { l: '#/', r: '#/runs', a: '#/alerts', s: '#/schedule' }[event.key];
    if (to !== undefined) location.hash = to;
    return;
  }
  if (view?.key(event)) {
    event.preventDefault();
    return;
  }
  if (event.key === 'g') prefix = 'g';
  else if (event.key === '?') showKeys();
  else if (event.key === 't') app.nextTheme();
  else if (event.key === 'z') app.nextZone();
  else return;
  event.preventDefault();
}

function showKeys() {
  tell(
    'Keys',
    h(
      'dl',
      { class: 'keys' },
      KEYS.flatMap(([keys, text]) => [h('dt', null, keys), h('dd', null, text)]),
    ),
  );
}

/** How many alerts fire, beside their link. */
async function countAlerts() {
  if (document.hidden) return;
  const place = byId('firing');
  try {
    const { alerts } = await app.api.get('/v1/alerts?limit=500');
    const firing = alerts.filter((/** @type {{ state: string }} */ { state }) => state === 'firing').length;
    place.hidden = firing === 0;
    say(place, String(firing));
    place.setAttribute('aria-label', `${firing} firing`);
  } catch {
    place.hidden = true;
  }
}

app.onRestyle = () => view?.restyle();
app.onToken = () => void open();
app.acted = () => void view?.acted?.();
app.reopen = () => void open();
// What a part of the page could not get, the page says at its head.
addEventListener('unhandledrejection', (event) => {
  const { reason } = event;
  if (reason instanceof DOMException && reason.name === 'AbortError') event.preventDefault();
  if (!(reason instanceof ApiError)) return;
  event.preventDefault();
  if (reason.isAway) app.setConnection('away');
  else if (reason.status !== 401) app.complain(reason.message);
});
app.start();
byId('keys').addEventListener('click', showKeys);
addEventListener('hashchange', () => void open());
addEventListener('keydown', key);
void open();
void countAlerts();
setInterval(() => void countAlerts(), ALERTS_EVERY_MS);
