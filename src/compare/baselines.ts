import { EXIT, SoakdError } from '../base/errors.ts';
import { type Baseline, DEFAULT_BASELINE } from '../model/baseline.ts';
import { isFinal } from '../model/run.ts';
import type { DutyStore } from '../store/duty-store.ts';
import { isPruned } from '../store/pruned.ts';
import type { Store } from '../store/store.ts';
import { finishedRuns } from './finished-runs.ts';

/** So many of the last runs that passed make a baseline together when nobody promoted one. */
const PASSED_RUNS = 5;

export interface Stores {
  store: Pick<Store, 'run' | 'runs' | 'verdict' | 'transitions' | 'events'>;
  duty: Pick<DutyStore, 'baselines' | 'putBaseline' | 'removeBaseline' | 'note' | 'appendNote'>;
}

/** Who changed which baseline, and when; the last hundred changes are kept. */
export interface BaselineChange extends Baseline {
  change: 'promoted' | 'removed';
}

const AUDIT = 'baseline.changes';
const MOST_CHANGES = 100;

/**
 * Holds later runs of the profile against this one. Rejects with `run_unknown`, and with `baseline_unfit` for a run that is not
 * over, failed, was aborted, was a rehearsal, or has lost its rows to retention. One that is inconclusive may be promoted: the first run of a profile that asks
 * for a baseline cannot be anything else.
 */
export async function promoteBaseline(
  { store, duty }: Stores,
  { runId, name, who, nowMs }: { runId: string; name: string; who: string; nowMs: number },
): Promise<Baseline> {
  const run = await store.run(runId);
  if (run === null) {
    throw new SoakdError(`there is no run ${runId}`, {
      ...{ code: 'run_unknown', hint: '`soakd runs` lists them', exitCode: EXIT.badInput, httpStatus: 404 },
    });
  }
  const state = (await store.transitions(runId)).at(-1)?.to ?? 'preparing';
  if (!isFinal(state)) throw unfit(`run ${runId} is not over`);
  if (run.rehearsal) throw unfit(`run ${runId} was a rehearsal`);
  if (state !== 'passed' && state !== 'inconclusive')
    throw unfit(`run ${runId} ${state === 'failed' ? 'failed' : 'was aborted'}`);
  if (isPruned(await store.events(runId))) throw unfit(`the rows of run ${runId} are past their retention and deleted`);
  const baseline: Baseline = { profile: run.name, name, runId, promotedMs: nowMs, who };
  await duty.putBaseline(baseline);
  await note(duty, { ...baseline, change: 'promoted' });
  return baseline;
}

/** Rejects with `baseline_unknown`. */
export async function removeBaseline(
  { duty }: Pick<Stores, 'duty'>,
  { profile, name, who, nowMs }: { profile: string; name: string; who: string; nowMs: number },
): Promise<Baseline> {
  const found = (await duty.baselines(profile)).find((one) => one.name === name);
  if (found === undefined || !(await duty.removeBaseline(profile, name))) {
    throw new SoakdError(`profile "${profile}" has no baseline "${name}"`, {
      ...{
        code: 'baseline_unknown',
        hint: '`soakd baseline list` tells which there are',
        exitCode: EXIT.badInput,
        httpStatus: 404,
      },
    });
  }
  await note(duty, { ...found, change: 'removed', promotedMs: nowMs, who });
  return found;
}

/** Oldest first. */
export async function baselineChanges(duty: Pick<DutyStore, 'note'>): Promise<BaselineChange[]> {
  const kept = await duty.note(AUDIT);
  // Written below and by nobody else.
  return Array.isArray(kept) ? kept : [];
}

const note = (duty: Stores['duty'], change: BaselineChange): Promise<void> =>
  duty.appendNote(AUDIT, change, MOST_CHANGES);

/** What a criterion means by a baseline. */
export interface ChosenBaseline {
  name: string;
  kind: 'promoted' | 'passed';
  /** Newest first. */
  runIds: string[];
}

/**
 * The baseline of a profile by its name: the run that was promoted; under the name `default`, where nobody promoted one, the last five
 * that passed and still have their rows. null: there is none.
 */
export async function chooseBaseline(
  { store, duty }: Stores,
  profile: string,
  name: string,
): Promise<ChosenBaseline | null> {
  const promoted = (await duty.baselines(profile)).find((one) => one.name === name);
  if (promoted !== undefined && (await store.run(promoted.runId)) !== null)
    return { name, kind: 'promoted', runIds: [promoted.runId] };
  if (name !== DEFAULT_BASELINE) return null;
  const runIds: string[] = [];
  for await (const { run, state } of finishedRuns(store, { profile })) {
    if (state === 'passed' && !isPruned(await store.events(run.id))) runIds.push(run.id);
    if (runIds.length === PASSED_RUNS) break;
  }
  return runIds.length === 0 ? null : { name, kind: 'passed', runIds };
}

const unfit = (why: string): SoakdError =>
  new SoakdError(`${why}: nothing can be held against it`, {
    code: 'baseline_unfit',
    hint: 'promote a run that passed, or one that is inconclusive, while its rows are kept',
    ...{ exitCode: EXIT.badInput, httpStatus: 409 },
  });
