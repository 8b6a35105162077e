import type { LiveRun } from './live-run.ts';
import type { SaidTrends } from './trend-changes.ts';

/** Makes known what is said of series, and stores an event for each of which it is something new. */
export async function tellTrends(
  live: LiveRun,
  said: SaidTrends,
  asked: { hour: number; atMs: number },
): Promise<void> {
  live.projection.setTrends(said);
  const changes = live.trends.changes(said, asked);
  await live.note(...changes);
  // Rows may wait for the store for long: they are told all the same, and once.
  for (const change of changes) live.trends.add(change);
}
