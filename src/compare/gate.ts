import { EXIT } from '../base/errors.ts';
import { buildOf, isBuild } from '../model/build.ts';
import type { Run } from '../model/run.ts';
import type { Outcome4 } from '../model/verdict.ts';
import type { Store } from '../store/store.ts';
import { formatDuration } from '../verdict/quantity.ts';
import { finishedRuns } from './finished-runs.ts';

/** What a pipeline asks: did the last soak of this profile pass, lately enough? */
export interface GateQuestion {
  profile: string;
  /** Only runs of this build; null: of any. */
  build: string | null;
  /** Only runs against this address, and of this environment; null: of any. */
  target: string | null;
  environment: string | null;
  /** A run that ended longer ago says nothing of today. */
  maxAgeMs: number;
}

export interface GateAnswer {
  /** 0 passed, 1 failed, 3 inconclusive or no run that counts, 4 aborted. */
  exitCode: 0 | 1 | 3 | 4;
  /** null: no run counts. */
  outcome: Outcome4 | null;
  /** One line. */
  why: string;
  runId: string | null;
  build: string | null;
  /** What the run soaked, and the environment that it was said to be. */
  target: string | null;
  environment: string | null;
  endedMs: number | null;
}

/**
 * The answer is the outcome of the last run of the profile (and build, target, environment) that is over: an earlier one that passed does not make good
 * for it. Rehearsals never count. Rejects as the store does.
 */
export async function askGate(
  store: Pick<Store, 'runs' | 'verdict'>,
  question: GateQuestion,
  nowMs: number,
): Promise<GateAnswer> {
  const { profile, maxAgeMs } = question;
  const asked = textOf(question);
  for await (const { run, state, endedMs } of finishedRuns(store, { profile })) {
    if (!counts(run, question)) continue;
    const { targetUrl: target, environment } = run;
    const about = { runId: run.id, build: buildOf(run), target, environment, endedMs };
    const where = `${target}${environment === null ? '' : ` (${environment})`}`;
    const ageText = formatDuration(Math.max(0, nowMs - endedMs));
    if (nowMs - endedMs > maxAgeMs) {
      const why = `no run of ${asked} in the last ${formatDuration(maxAgeMs)}: the last one, ${run.id} against ${where}, ended ${ageText} ago`;
      return { exitCode: EXIT.inconclusive, outcome: null, why, ...about };
    }
    const outcome = outcomeOf(state);
    if (outcome === null) continue;
    const headline = (await store.verdict(run.id))?.headline ?? outcome;
    return {
      exitCode: EXIT[outcome],
      outcome,
      why: `run ${run.id} against ${where}, ended ${ageText} ago, ${headline}`,
      ...about,
    };
  }
  const none = { outcome: null, runId: null, build: null, target: null, environment: null, endedMs: null };
  return { exitCode: EXIT.inconclusive, why: `no run of ${asked} is over; rehearsals do not count`, ...none };
}

function counts(run: Run, { build, target, environment }: GateQuestion): boolean {
  if (build !== null && !isBuild(run, build)) return false;
  if (environment !== null && run.environment !== environment) return false;
  return target === null || sameTarget(run.targetUrl, target);
}

/** Addresses are written in more ways than one. */
function sameTarget(one: string, other: string): boolean {
  const plain = (url: string): string => (URL.canParse(url) ? new URL(url).href : url).replace(/\/$/, '');
  return plain(one) === plain(other);
}

function textOf({ profile, build, target, environment }: GateQuestion): string {
  const parts = [
    `profile "${profile}"`,
    ...(build === null ? [] : [`build ${build}`]),
    ...(target === null ? [] : [`target ${target}`]),
    ...(environment === null ? [] : [`environment ${environment}`]),
  ];
  return parts.length === 1 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

const outcomeOf = (state: string): Outcome4 | null =>
  state === 'passed' || state === 'failed' || state === 'inconclusive' || state === 'aborted' ? state : null;
