import { z } from 'zod';
import { runStatusSchema } from '../api/schemas.ts';
import { EXIT, SoakdError } from '../base/errors.ts';
import type { RunStatus } from '../model/status.ts';
import type { DaemonClient } from './client.ts';

const statusAnswer = z.strictObject({ live: z.array(runStatusSchema) });

/** The live runs of a daemon, newest first. */
export async function liveRuns(client: DaemonClient): Promise<RunStatus[]> {
  return (await client.get('/v1/status', statusAnswer)).live;
}

/** The run that is meant: the one named, else the only one that is live. */
export async function meantRun(client: DaemonClient, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const [only, ...others] = await liveRuns(client);
  if (only !== undefined && others.length === 0) return only.runId;
  throw new SoakdError(only === undefined ? 'no run is live' : `${others.length + 1} runs are live`, {
    code: 'run_ambiguous',
    hint: only === undefined ? '`soakd runs` lists those that are over' : '`soakd status` lists them: name one',
    exitCode: EXIT.badInput,
  });
}

/** Path of a run in the API; the id may come from anywhere. */
export const runPath = (id: string, rest = ''): string => `/v1/runs/${encodeURIComponent(id)}${rest}`;
