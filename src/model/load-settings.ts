import type { PatternName, UserKind, Workload } from './profile.ts';

/** What the k6 scripts are told: `load.json` in the run's folder, read by k6/settings.ts. Types only: k6 strips the import. */
export interface LoadSettings {
  /** Unique for each start of k6: `__VU` and `__ITER` begin again with a new process, so ids need it. */
  processId: string;
  targetUrl: string;
  planFile: string;
  users: number;
  drainMs: number;
  seed: number;
  kinds: Record<UserKind, number>;
  thinkTime: Record<UserKind, { minMs: number; maxMs: number }>;
  patterns: Record<PatternName, number>;
  /** Values `env:NAME` stay as they are: k6 resolves them from its own environment. */
  workload: Workload;
}
