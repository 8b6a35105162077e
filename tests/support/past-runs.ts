import type { Run, RunState } from '../../src/model/run.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { judge } from '../../src/verdict/judge.ts';
import { MemoryStore } from './memory-store.ts';
import { runRows, START_MS } from './run-rows.ts';

const DAY_MS = 86_400_000;
const rows = runRows({ hours: 1, series: {} });
const verdict = judge(rows);

/** A run as a test needs it; what is not said is as in every other. */
export interface PastRun {
  id: string;
  state: RunState;
  /** Since 5 January 2026; the run begins a day before it ends. */
  endedDay: number;
  run?: Partial<Run>;
  verdict?: Partial<Verdict>;
}

/** When day `day` of these runs is over, Unix ms. */
export const dayMs = (day: number): number => START_MS + day * DAY_MS;

/** A store in memory with runs of the profile `weekly` that are over, in the order given. */
export async function storeWith(past: readonly PastRun[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const { id, state, endedDay, run, verdict: changes } of past) {
    const endedMs = dayMs(endedDay);
    const startMs = endedMs - DAY_MS;
    const whole: Run = { ...rows.run, name: 'weekly', createdMs: startMs, startMs, endMs: endedMs, ...run, id };
    await store.createRun(whole, { atMs: startMs, from: null, to: 'preparing', reason: '' });
    const outcome = state === 'passed' || state === 'failed' || state === 'aborted' ? state : 'inconclusive';
    await store.putVerdict(id, { ...verdict, outcome, headline: `${state}: as told`, ...changes });
    await store.addTransition(id, { atMs: endedMs, from: 'finishing', to: state, reason: `${state}: as told` });
  }
  return store;
}
