import type { Run } from './run.ts';
import { WINDOW_MS } from './window.ts';

type DurationsRun = Pick<Run, 'startMs' | 'compression' | 'profile'>;

/**
 * Where the steps begin into which durations are merged: with the judged part of a run, to the window. On a grid of the
 * wall clock the first step would hold warm-up and judged time together, and a short run would lose much to it.
 */
export function durationsOriginMs({ startMs, compression, profile }: DurationsRun): number {
  const judgedFromMs = startMs + profile.traffic.warmupMs / compression;
  return Math.round(judgedFromMs / WINDOW_MS) * WINDOW_MS;
}

/** Start of the step that holds an instant, on a grid that begins at `originMs` and goes on in both directions. */
export const stepStart = (atMs: number, stepMs: number, originMs: number): number =>
  originMs + Math.floor((atMs - originMs) / stepMs) * stepMs;
