import type { NewEvent, Run, RunEvent } from '../model/run.ts';
import type { SeriesTrend, TrendState, Verdict } from '../model/verdict.ts';

/** What is said of each series of a live run, as its events tell it: a soakd that carries a run on repeats nothing. */
export class TrendStates {
  readonly #states = new Map<string, TrendState>();

  /** Takes note of a stored event; those of another kind say nothing. */
  add({ kind, data }: Pick<RunEvent, 'kind' | 'data'>): void {
    if (kind !== 'trend_changed' || typeof data.series !== 'string') return;
    this.#states.set(data.series, data.to as TrendState);
  }

  /** An event for each series of which a verdict says something else than the events so far. */
  changes({ growth, drift, computedMs }: Verdict, run: Pick<Run, 'startMs' | 'compression'>): NewEvent[] {
    const hour = ((computedMs - run.startMs) * run.compression) / HOUR_MS;
    const told = [
      ...growth.map((trend) => ({ series: trend.series, trend })),
      ...drift.map((trend) => ({ series: trend.request === null ? 'p95' : `p95 of ${trend.request}`, trend })),
    ];
    return told.flatMap(({ series, trend }) => {
      const from = this.#states.get(series) ?? 'insufficient';
      return from === trend.state ? [] : [changed(series, from, trend, hour, computedMs)];
    });
  }
}

const HOUR_MS = 3_600_000;
const ALARMING: readonly TrendState[] = ['suspect', 'leak', 'drift'];

const changed = (
  series: string,
  from: TrendState,
  { state: to, why }: Pick<SeriesTrend, 'state' | 'why'>,
  hour: number,
  atMs: number,
): NewEvent => ({
  atMs,
  kind: 'trend_changed',
  severity: ALARMING.includes(to) ? 'warning' : 'info',
  message: `${series}: ${words(to)}, before it was ${words(from)}. ${why}`,
  data: { series, from, to, hour: Number(hour.toFixed(2)) },
});

const words = (state: TrendState): string => state.replaceAll('_', ' ');
