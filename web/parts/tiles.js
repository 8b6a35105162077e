/** The run at a glance, in numbers. */
import { h, say } from '../dom.js';
import { duration, NOTHING, number, quantity } from '../format.js';

/** @typedef {import('../../src/model/status.ts').RunStatus} RunStatus */

const TILES = ['Load', 'Response time', 'Failed', 'Availability', 'In flight', 'Requests'];

export class Tiles {
  constructor() {
    /** @type {Map<string, { value: HTMLElement, note: HTMLElement, tile: HTMLElement }>} */
    this.tiles = new Map();
    this.element = h('section', { class: 'tiles', 'aria-label': 'at a glance' });
    for (const name of TILES) {
      const value = h('b', null, NOTHING);
      const note = h('small');
      const tile = h('div', { class: 'tile' }, h('span', null, name), value, note);
      this.tiles.set(name, { value, note, tile });
      this.element.append(tile);
    }
  }

  /** @param {RunStatus} status */
  show({ rate, latency, errorRatePercent, availabilityPercent, inFlight, requests, criteria, level }) {
    const planned = rate.recentlyPlannedPerMinute ?? rate.plannedPerMinute;
    const share = rate.servedPerMinute === null || planned === 0 ? null : (100 * rate.servedPerMinute) / planned;
    const factor = rate.factor === 1 ? '' : `, × ${number(rate.factor)} by an operator`;
    this.#set(
      'Load',
      `${number(rate.servedPerMinute)}/min`,
      `${share === null ? NOTHING : `${number(share)} %`} of ${number(planned)} planned · ${level ?? 'none'}${factor}`,
    );
    this.#set(
      'Response time',
      duration(latency.p95Ms),
      `P95 · P50 ${duration(latency.p50Ms)} · P99 ${duration(latency.p99Ms)}`,
    );
    this.#set(
      'Failed',
      quantity(errorRatePercent.recent, 'percent'),
      `last 5 min · ${quantity(errorRatePercent.soFar, 'percent')} so far`,
    );
    this.#set('Availability', quantity(availabilityPercent, 'percent'), 'of what was judged');
    const oldest = inFlight.oldestRequestMs;
    this.#set('In flight', number(inFlight.requests), oldest === null ? 'none waits' : `oldest ${duration(oldest)}`);
    this.#set('Requests', number(requests.total), `${number(requests.failed)} failed`);
    const toneOf = (/** @type {string} */ id) => criteria.find((one) => one.id === id)?.status ?? '';
    this.#tone('Failed', toneOf('error_rate'));
    this.#tone('Availability', toneOf('availability'));
  }

  /**
   * @param {string} name
   * @param {string} value
   * @param {string} note
   */
  #set(name, value, note) {
    const tile = this.tiles.get(name);
    if (tile === undefined) return;
    say(tile.value, value);
    say(tile.note, note);
  }

  /**
   * @param {string} name
   * @param {string} status
   */
  #tone(name, status) {
    const tile = this.tiles.get(name)?.tile;
    if (tile !== undefined) tile.dataset.status = status;
  }
}
