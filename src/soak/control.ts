import type { Action, Run, RunEvent, RunState } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { RunStatus } from '../model/status.ts';
import type { LoadWindow } from '../model/window.ts';

/** A wish to soak, as the API and the command line give it. */
export interface StartRequest {
  /** The YAML, and the name under which its problems are reported. */
  profileSource: string;
  profileName: string;
  targetUrl?: string;
  /** Real duration to compress the whole profile into. */
  rehearseMs?: number;
  /** Unix ms; now when absent. */
  startAtMs?: number;
  labels?: Record<string, string>;
  who: string;
  idempotencyKey?: string;
  /** Tells this request from another one that comes under the same key. */
  requestDigest?: string;
}

export type ActionRequest =
  | { kind: 'rate'; factor: number; forMs: number | null; who: string }
  | { kind: 'pause'; who: string }
  | { kind: 'resume'; who: string }
  | { kind: 'extend'; byMs: number; who: string }
  | { kind: 'stop'; who: string }
  | { kind: 'annotate'; text: string; who: string };

export type RunSignal =
  | { type: 'status'; runId: string; status: RunStatus }
  | { type: 'state'; runId: string; state: RunState; reason: string; atMs: number }
  | { type: 'event'; runId: string; event: RunEvent }
  | { type: 'action'; runId: string; action: Action }
  /** What sources can tell: before their samples. */
  | { type: 'series'; runId: string; series: readonly SeriesInfo[] }
  /** Windows that were stored just now, samples that are about to be. */
  | { type: 'windows'; runId: string; windows: readonly LoadWindow[] }
  | { type: 'samples'; runId: string; samples: readonly Sample[] };

/** What the HTTP API and the commands may do with the runs of this process. Rejections are SoakdErrors. */
export interface RunControl {
  /** Checks profile, target, engine, store and lease before it resolves; the same idempotency key gives the same run, and is refused for another request. */
  start(request: StartRequest): Promise<Run>;
  act(runId: string, action: ActionRequest): Promise<Action>;
  /** Of a live run from memory; null when this process does not run it. */
  status(runId: string): RunStatus | null;
  /** Ids of the runs that live in this process, newest first. */
  live(): string[];
  subscribe(listener: (signal: RunSignal) => void): () => void;
}
