import type { Alert } from '../model/alert.ts';

/** What a report may tell beside the rows of its run. */
export interface Beside {
  /** Of this run, oldest first. */
  alerts: readonly Alert[];
}

export const NOTHING_BESIDE: Beside = { alerts: [] };
