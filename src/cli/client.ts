import { z } from 'zod';
import { PROBLEM_TYPE, type Problem } from '../api/problem.ts';
import { type Clock, deadline } from '../base/clock.ts';
import { describeError, EXIT, SoakdError } from '../base/errors.ts';
import { findToken } from '../daemon/token.ts';
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';

/** Where a daemon listens when nobody says otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:8089';

const ANSWER_LIMIT_MS = 15_000;

export interface RequestOptions {
  body?: object;
  headers?: Record<string, string>;
  /** 15 s unless told. */
  limitMs?: number;
}

/** Talks to a daemon's HTTP API. Every rejection is a SoakdError; the API's problems keep their code and hint. */
export class DaemonClient {
  readonly #url: string;
  readonly #token: string | null;
  readonly #clock: Clock;

  /** Throws a SoakdError for an address that is none, and for a token that cannot be read. */
  constructor(url: string, env: Readonly<Record<string, string | undefined>>, clock: Clock) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new SoakdError(`${url} is no http address`, {
        code: 'url_invalid',
        hint: `write ${URL.canParse(`http://${url}`) && !url.includes('//') ? `http://${url}` : `for example --url ${DEFAULT_URL}`}`,
        exitCode: EXIT.badInput,
      });
    }
    this.#url = url.replace(/\/+$/, '');
    this.#token = findToken(env);
    this.#clock = clock;
  }

  async get<T>(path: string, schema: z.ZodType<T>, options: RequestOptions = {}): Promise<T> {
    return this.#checked(path, await this.text('GET', path, options), schema);
  }

  async post<T>(path: string, schema: z.ZodType<T>, options: RequestOptions): Promise<T> {
    return this.#checked(path, await this.text('POST', path, options), schema);
  }

  /** The answer's body as it is. */
  async text(method: 'GET' | 'POST', path: string, options: RequestOptions = {}): Promise<string> {
    const limit = deadline(this.#clock, options.limitMs ?? ANSWER_LIMIT_MS);
    try {
      const response = await this.#fetch(method, path, options, limit.signal);
      return await response.text();
    } catch (thrown) {
      throw thrown instanceof SoakdError ? thrown : this.#unreachable(thrown);
    } finally {
      limit.clear();
    }
  }

  /** Server-sent events until the daemon ends the stream or `signal` aborts. */
  async *stream(path: string, lastEventId: string, signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
    const headers = { accept: 'text/event-stream', ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) };
    try {
      const response = await this.#fetch('GET', path, { headers }, signal);
      if (response.body !== null) yield* serverSentEvents(response.body);
    } catch (thrown) {
      if (signal.aborted) return;
      throw thrown instanceof SoakdError ? thrown : this.#unreachable(thrown);
    }
  }

  async #fetch(method: string, path: string, options: RequestOptions, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = { ...options.headers };
    if (this.#token !== null) headers.authorization = `Bearer ${this.#token}`;
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    const body = options.body === undefined ? null : JSON.stringify(options.body);
    const response = await fetch(`${this.#url}${path}`, { method, headers, body, signal, redirect: 'error' });
    if (!response.ok) throw await this.#problem(response);
    return response;
  }

  async #problem(response: Response): Promise<SoakdError> {
    const text = await response.text();
    const problem = response.headers.get('content-type')?.startsWith(PROBLEM_TYPE) ? problemIn(text) : null;
    if (problem === null) return this.#notOurs(`answers ${response.status} without saying why`);
    const misfits = problem.problems?.map((one) => `${[one.in, one.path].join(' ')}: ${one.problem}; ${one.hint}`);
    // These say the same, each with its hint.
    return new SoakdError(misfits === undefined ? problem.detail : `${this.#url} refuses the request`, {
      code: problem.code,
      hint: problem.hint,
      details: misfits ?? problem.details ?? [],
      httpStatus: problem.status,
      exitCode: exitCodeOf(problem),
    });
  }

  #checked<T>(path: string, text: string, schema: z.ZodType<T>): T {
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      throw this.#notOurs(`gives an answer to ${path} that this soakd does not understand`, cause);
    }
  }

  #notOurs(what: string, cause?: unknown): SoakdError {
    return new SoakdError(`${this.#url} ${what}`, {
      code: 'daemon_not_understood',
      hint: 'is a soakd of the same version there? --url or SOAKD_URL names another address',
      cause: cause instanceof z.ZodError ? undefined : cause,
    });
  }

  #unreachable(cause: unknown): SoakdError {
    // fetch hides the reason behind `fetch failed`.
    const reason = describeError(cause).replace(/^fetch failed: /, '');
    return new SoakdError(`no daemon answers at ${this.#url}: ${reason}`, {
      code: 'daemon_unreachable',
      hint: 'start one with `soakd daemon`, or name its address with --url or SOAKD_URL',
    });
  }
}

/** Conflicts about which the caller could not know, and which pass. */
const BUSY = ['target_busy', 'run_elsewhere'];

/** What the caller got wrong is bad input, to pause a paused run among it; what the daemon cannot do now is not. */
const exitCodeOf = ({ status, code }: Problem): number =>
  status >= 400 && status < 500 && !BUSY.includes(code) ? EXIT.badInput : EXIT.cannotRun;

function problemIn(text: string): Problem | null {
  try {
    const problem: Problem = JSON.parse(text);
    return typeof problem.detail === 'string' && typeof problem.code === 'string' ? problem : null;
  } catch {
    return null;
  }
}
