/** Instants in the zone that the reader chose: the profile's, the browser's, or UTC. */

/** @typedef {'profile' | 'browser' | 'utc'} ZoneChoice */

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

export class Times {
  /** @param {string} zone an IANA name; one that this browser does not know becomes UTC */
  constructor(zone) {
    this.zone = known(zone) ? zone : 'UTC';
    this.time = format(this.zone, { hour: '2-digit', minute: '2-digit' });
    this.second = format(this.zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
    this.day = format(this.zone, { weekday: 'short', day: 'numeric', month: 'short' });
    this.date = format(this.zone, { day: 'numeric', month: 'short', year: 'numeric' });
    this.parts = format(this.zone, {
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
    });
  }

  /**
   * `Sun, 22 Nov 03:20`.
   * @param {number} atMs
   */
  instant(atMs) {
    const at = new Date(atMs);
    return `${this.day.format(at)} ${this.time.format(at)}`;
  }

  /**
   * With seconds, where a moment is meant.
   * @param {number} atMs
   */
  moment(atMs) {
    const at = new Date(atMs);
    return `${this.day.format(at)} ${this.second.format(at)}`;
  }

  /**
   * With the year, for lists that go back far.
   * @param {number} atMs
   */
  dated(atMs) {
    const at = new Date(atMs);
    return `${this.date.format(at)} ${this.time.format(at)}`;
  }

  /**
   * Two instants; the second without its day where it is the same one.
   * @param {number} fromMs
   * @param {number} untilMs
   */
  stretch(fromMs, untilMs) {
    const [from, until] = [new Date(fromMs), new Date(untilMs)];
    const day = this.day.format(from) === this.day.format(until) ? '' : `${this.day.format(until)} `;
    return `${this.instant(fromMs)} – ${day}${this.time.format(until)}`;
  }

  /**
   * Where a time axis is marked, seconds, at round times of this zone, `spaceS` apart or more.
   * @param {number} fromS
   * @param {number} untilS
   * @param {number} spaceS
   */
  ticks(fromS, untilS, spaceS) {
    const step = STEPS_S.find((s) => s >= spaceS) ?? Math.ceil(spaceS / DAY_S) * DAY_S;
    /** @type {number[]} */
    const found = [];
    // The zone's offset changes at most twice a year: where it does, what follows is aligned anew.
    let at = this.#roundUp(fromS, step);
    while (at <= untilS && found.length < 100) {
      found.push(at);
      at = this.#roundUp(at + 1, step);
    }
    return found;
  }

  /**
   * What stands at marks of an axis: the time, and the day where it begins.
   * @param {number[]} ticksS
   */
  tickTexts(ticksS) {
    const texts = ticksS.map((atS) => this.time.format(new Date(atS * 1000)));
    const days = ticksS.map((atS) => this.day.format(new Date(atS * 1000)));
    // Midnight says which day begins; where none is in sight, the first mark says which day it is.
    const first = texts.includes('00:00') ? -1 : 0;
    return texts.map((text, at) =>
      text === '00:00' ? (days[at] ?? text) : at === first ? `${text}\n${days[at]}` : text,
    );
  }

  /**
   * @param {number} atS
   * @param {number} step
   */
  #roundUp(atS, step) {
    const offset = this.offsetS(atS);
    const local = Math.ceil((atS + offset) / step) * step;
    const utc = local - offset;
    // Over a change of the clocks the offset there is another one.
    const there = this.offsetS(utc);
    return there === offset ? utc : Math.max(atS, local - there);
  }

  /**
   * Seconds that this zone is ahead of UTC.
   * @param {number} atS
   */
  offsetS(atS) {
    const atMs = Math.floor(atS / MINUTE_S) * MINUTE_S * 1000;
    /** @type {Partial<Record<Intl.DateTimeFormatPartTypes, number>>} */
    const local = {};
    for (const { type, value } of this.parts.formatToParts(new Date(atMs))) local[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = local;
    return (Date.UTC(year, month - 1, day, hour, minute) - atMs) / 1000;
  }
}

const STEPS_S = [
  ...[1, 5, 10, 15, 30].map((s) => s),
  ...[1, 2, 5, 10, 15, 30].map((m) => m * MINUTE_S),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * HOUR_S),
];

/** @param {string} zone */
function known(zone) {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} timeZone
 * @param {Intl.DateTimeFormatOptions} options
 */
const format = (timeZone, options) => new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options });

/** @returns {string} the zone of this browser */
export const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
