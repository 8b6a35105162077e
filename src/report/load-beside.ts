import { isFinal, type Run } from '../model/run.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';
import type { Beside, PastRun } from './beside.ts';

/** Runs are looked through page by page, back to this many: years of nightly runs of a few profiles. */
const PAGE = 100;
const MOST_PAGES = 20;

/** What the stores know beside the rows of a run. Rejects as they do. */
export async function loadBeside(store: Store, duty: DutyStore, run: Run): Promise<Beside> {
  const alerts = (await duty.alerts({ runId: run.id })).toReversed();
  let last: PastRun | null = null;
  let beforeId = run.id;
  for (let page = 0; page < MOST_PAGES; page++) {
    const older = await store.runs({ limit: PAGE, beforeId });
    for (const { state, endedMs: _, ...past } of older) {
      if (past.name !== run.name || past.rehearsal !== run.rehearsal || !isFinal(state)) continue;
      if (last !== null && state !== 'passed' && state !== 'rehearsed') continue;
      const verdict = await store.verdict(past.id);
      if (verdict === null) continue;
      last ??= { run: past, verdict };
      if (verdict.outcome === 'passed') return { alerts, last, lastPassed: { run: past, verdict } };
    }
    const next = older.at(-1);
    if (next === undefined || older.length < PAGE) break;
    beforeId = next.id;
  }
  return { alerts, last, lastPassed: null };
}
