/** Questions to the daemon. The token lives in this tab's session storage, goes in a header and nowhere else. */

const TOKEN_KEY = 'soakd.token';

/** What the daemon, or the lack of one, answered. */
export class ApiError extends Error {
  /**
   * @param {number} status 0: no answer at all
   * @param {string} code
   * @param {string} message
   * @param {string} hint
   */
  constructor(status, code, message, hint) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }

  /** Nobody answers: the daemon is away, or the network. */
  get isAway() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export class Api {
  /** @param {() => void} onRefused told when a token is asked for */
  constructor(onRefused) {
    this.onRefused = onRefused;
  }

  /** @returns {string | null} */
  get token() {
    return sessionStorage.getItem(TOKEN_KEY);
  }

  set token(token) {
    if (token === null || token === '') sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, token);
  }

  /** @returns {Record<string, string>} */
  headers() {
    return this.token === null ? {} : { authorization: `Bearer ${this.token}` };
  }

  /**
   * @param {string} path
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>} the JSON; rejects with an ApiError, or as an aborted fetch does
   */
  get(path, signal) {
    return this.#ask(path, signal === undefined ? {} : { signal });
  }

  /**
   * @param {string} path
   * @param {unknown} body
   * @returns {Promise<any>}
   */
  post(path, body) {
    return this.#ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /**
   * @param {string} path
   * @param {RequestInit} init
   */
  async #ask(path, init) {
    /** @type {Response} */
    let response;
    try {
      response = await fetch(path, { ...init, headers: { ...init.headers, ...this.headers() }, cache: 'no-store' });
    } catch (thrown) {
      if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
      throw new ApiError(0, 'away', 'soakd does not answer', 'is it running, and can this browser reach it?');
    }
    if (response.ok) return response.json();
    const error = await errorOf(response);
    if (error.status === 401) this.onRefused();
    throw error;
  }
}

/** @param {Response} response */
export async function errorOf(response) {
  const problem = await response.json().catch(() => null);
  const { code = `http_${response.status}`, detail = `the answer was ${response.status}`, hint = '' } = problem ?? {};
  return new ApiError(response.status, String(code), String(detail), String(hint));
}

/**
 * An id as part of a path.
 * @param {string} id
 */
export const segment = (id) => encodeURIComponent(id);
