import { describeError, SoakdError } from '../../base/errors.ts';

/** `failed`: a run cannot begin; `warning`: it can, and the report may be the poorer for it. */
export type CheckStatus = 'ok' | 'warning' | 'failed';

/** One thing that must be right before hours of load. */
export interface Check {
  /** What was looked at: `k6`, `disk`, `sampler agent`. */
  subject: string;
  status: CheckStatus;
  /** What was found. */
  finding: string;
  /** What to do about it; null when all is well. */
  hint: string | null;
}

export const ok = (subject: string, finding: string): Check => ({ subject, status: 'ok', finding, hint: null });

export const warning = (subject: string, finding: string, hint: string): Check => ({
  subject,
  status: 'warning',
  finding,
  hint,
});

export const failed = (subject: string, finding: string, hint: string): Check => ({
  subject,
  status: 'failed',
  finding,
  hint,
});

/** Runs a check; what it throws is its finding, with the error's own hint where it has one. */
export async function guarded(subject: string, hint: string, work: () => Promise<Check>): Promise<Check> {
  try {
    return await work();
  } catch (thrown) {
    return failed(subject, describeError(thrown), thrown instanceof SoakdError ? thrown.hint : hint);
  }
}
