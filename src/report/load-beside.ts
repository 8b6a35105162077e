import type { Run } from '../model/run.ts';
import type { DutyStore } from '../store/duty-store.ts';
import type { Store } from '../store/store.ts';
import type { Beside } from './beside.ts';

/** What the stores know beside the rows of a run. Rejects as they do. */
export async function loadBeside(_store: Store, duty: DutyStore, { id }: Run): Promise<Beside> {
  const alerts = await duty.alerts({ runId: id });
  return { alerts: alerts.toReversed() };
}
