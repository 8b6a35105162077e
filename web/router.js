/** Places of the page, in the part of the address that no server sees. */

/**
 * @typedef {{ view: 'run', id: string, atMs: number | null }
 *   | { view: 'live' } | { view: 'runs' } | { view: 'alerts' } | { view: 'schedule' }
 *   | { view: 'compare', a: string, b: string } | { view: 'unknown', hash: string }} Place
 */

/**
 * @param {string} hash
 * @returns {Place}
 */
export function placeOf(hash) {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const [view, a, b] = parts;
  if (view === undefined || view === 'live') return { view: 'live' };
  if (view === 'runs' && a === undefined) return { view: 'runs' };
  if (view === 'runs' && a !== undefined) {
    const at = new URLSearchParams(query).get('at');
    const atMs = at === null || at === '' ? Number.NaN : Number(at);
    return { view: 'run', id: a, atMs: Number.isFinite(atMs) ? atMs : null };
  }
  if (view === 'compare' && a !== undefined && b !== undefined) return { view: 'compare', a, b };
  if (view === 'alerts' || view === 'schedule') return { view };
  return { view: 'unknown', hash };
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * @param {string} id
 * @param {number} [atMs]
 */
export const runHash = (id, atMs) =>
  `#/runs/${encodeURIComponent(id)}${atMs === undefined ? '' : `?at=${Math.round(atMs)}`}`;

/**
 * @param {string} a
 * @param {string} b
 */
export const compareHash = (a, b) => `#/compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`;
