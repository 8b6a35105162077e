/** A run that others of its profile are held against, under a name. */
export interface Baseline {
  /** Name of the profile (`soak_test.name`). */
  profile: string;
  /** `default`, or what somebody called it. */
  name: string;
  runId: string;
  promotedMs: number;
  who: string;
}

/** What a criterion means that says `baseline` and no name. */
export const DEFAULT_BASELINE = 'default';

/** Letters, digits, `.`, `_` and `-`. */
export const BASELINE_NAME = /^[a-z0-9][\w.-]{0,63}$/i;
