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
