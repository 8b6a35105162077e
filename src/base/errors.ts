import { withoutPasswords } from './redact.ts';

/** Exit codes of the program; a pipeline may rely on them. */
export const EXIT = {
  passed: 0,
  failed: 1,
  badInput: 2,
  inconclusive: 3,
  aborted: 4,
  cannotRun: 5,
} as const;

export interface SoakdErrorOptions {
  /** Stable, machine-readable: `store_locked`, `profile_invalid`. */
  code: string;
  /** What the reader can do about it. */
  hint: string;
  /** What the message sums up, each on a line of its own: the problems of a profile. */
  details?: readonly string[];
  /** Process exit code when this error ends a command; 5 unless told. */
  exitCode?: number;
  /** HTTP status when this error ends a request; 500 unless told. */
  httpStatus?: number;
  cause?: unknown;
}

/** An error that a user may see: a code, a cause, a hint, never a stack trace. */
export class SoakdError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly details: readonly string[];
  readonly exitCode: number;
  readonly httpStatus: number;

  constructor(message: string, options: SoakdErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SoakdError';
    this.code = options.code;
    this.hint = options.hint;
    this.details = options.details ?? [];
    this.exitCode = options.exitCode ?? EXIT.cannotRun;
    this.httpStatus = options.httpStatus ?? 500;
  }
}

/**
 * The message of anything that was thrown, causes included unless an earlier message quotes them, on one line, without
 * passwords in addresses.
 */
export function describeError(thrown: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = thrown; at !== undefined && at !== null && parts.length < 5; ) {
    if (at instanceof AggregateError && at.message === '') {
      at = at.errors[0];
      continue;
    }
    const text = at instanceof Error ? at.message : String(at);
    if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
    at = at instanceof Error ? at.cause : undefined;
  }
  return withoutPasswords(parts.join(': ').replaceAll(/\s+/g, ' '));
}
