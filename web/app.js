/** What every view shares: the API with its token, the reader's choices, and the state of the connection. */
import { Api, ApiError } from './api.js';
import { ask, toast } from './dialogs.js';
import { byId, h, say } from './dom.js';
import { browserZone, Times } from './times.js';

/** @typedef {import('./times.js').ZoneChoice} ZoneChoice */
/** @typedef {'auto' | 'light' | 'dark'} Theme */
/** @typedef {import('./stream.js').StreamState} StreamState */

const ZONES = /** @type {const} */ (['profile', 'browser', 'utc']);
const THEMES = /** @type {const} */ (['auto', 'light', 'dark']);

const DARK = matchMedia('(prefers-color-scheme: dark)');

/** @type {Record<StreamState | 'idle', string>} */
const CONNECTION = {
  idle: '',
  connecting: 'connecting',
  live: 'live',
  away: 'soakd does not answer; trying again',
  refused: 'token needed',
};

export class App {
  constructor() {
    this.api = new Api(() => this.#refused());
    /** The zone of the profile that is shown. */
    this.profileZone = 'UTC';
    /** @type {Map<string, Times>} */
    this.zones = new Map();
    /** Told when colours or times are others. */
    this.onRestyle = () => {};
    /** Told when the token changed: what was refused is asked again. */
    this.onToken = () => {};
    /** Told after an action, so that its traces are looked for. */
    this.acted = () => {};
    /** The present view begins anew. */
    this.reopen = () => {};
    /** @type {Promise<boolean> | null} */
    this.asking = null;
    this.isTokenWanted = false;
  }

  start() {
    const zone = byId('zone');
    if (zone instanceof HTMLSelectElement) {
      zone.value = this.zone;
      zone.addEventListener('change', () => {
        localStorage.setItem('soakd.zone', zone.value);
        this.onRestyle();
      });
    }
    byId('theme').addEventListener('click', () => this.nextTheme());
    byId('token').addEventListener('click', () => void this.askToken());
    DARK.addEventListener('change', () => {
      this.#showTheme();
      this.onRestyle();
    });
    this.#showTheme();
    this.#showToken();
  }

  /** @returns {ZoneChoice} */
  get zone() {
    const stored = localStorage.getItem('soakd.zone');
    return ZONES.find((known) => known === stored) ?? 'profile';
  }

  times = () => {
    const zone = this.zone === 'utc' ? 'UTC' : this.zone === 'browser' ? browserZone() : this.profileZone;
    let times = this.zones.get(zone);
    if (times === undefined) {
      times = new Times(zone);
      this.zones.set(zone, times);
    }
    return times;
  };

  /** @param {string} zone */
  setProfileZone(zone) {
    this.profileZone = zone;
    const option = document.querySelector('#zone option[value="profile"]');
    if (option !== null) say(option, zone);
    const own = document.querySelector('#zone option[value="browser"]');
    if (own !== null) say(own, `Browser: ${browserZone()}`);
  }

  nextZone() {
    const next = ZONES[(ZONES.indexOf(this.zone) + 1) % ZONES.length] ?? 'profile';
    localStorage.setItem('soakd.zone', next);
    const zone = byId('zone');
    if (zone instanceof HTMLSelectElement) zone.value = next;
    this.onRestyle();
  }

  /** @returns {Theme} */
  get theme() {
    const stored = localStorage.getItem('soakd.theme');
    return THEMES.find((known) => known === stored) ?? 'auto';
  }

  nextTheme() {
    const next = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'auto';
    localStorage.setItem('soakd.theme', next);
    this.#showTheme();
    this.onRestyle();
  }

  #showTheme() {
    const { theme } = this;
    const isDark = theme === 'auto' ? DARK.matches : theme === 'dark';
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    const button = byId('theme');
    say(button, { auto: '◐', light: '☀', dark: '☾' }[theme]);
    button.title = `colours: ${theme} (t)`;
    button.setAttribute('aria-label', `colours: ${theme}`);
  }

  /**
   * Does something that may need the token: when it is refused, asks for the token and does it again. Null when nobody gave one.
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T | null>}
   */
  async withToken(action) {
    for (;;) {
      try {
        return await action();
      } catch (thrown) {
        if (!(thrown instanceof ApiError) || thrown.status !== 401) throw thrown;
        if (!(await this.askToken(thrown.message))) return null;
      }
    }
  }

  /**
   * @param {string} [why]
   * @returns {Promise<boolean>} true when one was given
   */
  askToken(why) {
    this.asking ??= this.#askToken(why).finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  /** @param {string} [why] */
  async #askToken(why) {
    const has = this.api.token !== null;
    const answer = await ask({
      title: 'Token',
      ...(why === undefined ? {} : { text: `soakd says: ${why}.` }),
      fields: [
        {
          name: 'token',
          label: 'Token of the daemon',
          type: 'password',
          required: !has,
          attributes: { maxlength: '4000' },
        },
      ],
      confirm: 'Use it',
      note: `It is kept in this tab until the tab is closed, and sent to this soakd only.${has ? ' Leave it empty to forget the present one.' : ''}`,
    });
    if (answer === null) return false;
    this.api.token = answer.token?.trim() ?? '';
    this.isTokenWanted = false;
    this.#showToken();
    this.onToken();
    return this.api.token !== null;
  }

  #refused() {
    this.isTokenWanted = true;
    this.#showToken();
  }

  #showToken() {
    const button = byId('token');
    const has = this.api.token !== null;
    button.dataset.state = this.isTokenWanted ? 'wanted' : has ? 'given' : 'none';
    say(button, this.isTokenWanted ? 'Token needed' : has ? 'Token ✓' : 'Token');
  }

  /** @param {string} text */
  complain(text) {
    toast(text, 'bad');
  }

  /**
   * For those who hear the page.
   * @param {string} text
   */
  announce(text) {
    if (text !== '') say(byId('announcer'), text);
  }

  /** @param {StreamState | 'idle'} state */
  setConnection(state) {
    const place = byId('connection');
    place.dataset.state = state;
    say(place, CONNECTION[state]);
  }

  /**
   * Why a view cannot be shown, and what can be done.
   * @param {unknown} thrown
   * @param {() => void} again
   */
  trouble(thrown, again) {
    const error = thrown instanceof ApiError ? thrown : null;
    const isRefused = error?.status === 401;
    const title = isRefused
      ? 'This soakd wants its token'
      : error?.isAway
        ? 'soakd does not answer'
        : error?.status === 404
          ? 'There is nothing here'
          : 'This could not be shown';
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    return h(
      'section',
      { class: 'trouble', role: 'alert' },
      h('h1', null, title),
      h('p', null, said),
      error === null || error.hint === '' ? null : h('p', { class: 'hint' }, error.hint),
      h(
        'div',
        { class: 'buttons' },
        isRefused
          ? h('button', { type: 'button', class: 'primary', onclick: () => void this.askToken() }, 'Enter the token')
          : null,
        h('button', { type: 'button', onclick: again }, 'Try again'),
        h('a', { href: '#/runs', class: 'button' }, 'All runs'),
      ),
    );
  }
}
