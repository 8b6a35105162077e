import type { NewEvent, RunEvent } from '../model/run.ts';
import { type SeriesTrend, TREND_STATES, type TrendState, type Verdict } from '../model/verdict.ts';

/** What is said of all series, or of some. */
export type SaidTrends = Pick<Verdict, 'growth' | 'drift'>;

/** What is said of each series of a live run, as its events tell it: a soakd that carries a run on repeats nothing. */
export class TrendStates {
  readonly #said = new Map<string, { state: TrendState; hour: number }>();

  /** Takes note of a stored event; those of another kind say nothing. */
  add({ kind, data }: Pick<RunEvent, 'kind' | 'data'>): void {
    const state = TREND_STATES.find((one) => one === data.to);
    if (kind !== 'trend_changed' || typeof data.series !== 'string' || state === undefined) return;
    this.#said.set(data.series, { state, hour: Number(data.hour) });
  }

  /**
   * An event for each series of which something else is said than by the events so far. `hour`: of the run, at which it was
   * asked; what was asked of an earlier one than the events speak of is no news.
   */
  changes({ growth, drift }: SaidTrends, { hour, atMs }: { hour: number; atMs: number }): NewEvent[] {
    const told = [
      ...growth.map((trend) => ({ series: trend.series, trend })),
      ...drift.map((trend) => ({ series: trend.request === null ? 'p95' : `p95 of ${trend.request}`, trend })),
    ];
    return told.flatMap(({ series, trend }) => {
      const said = this.#said.get(series) ?? { state: 'insufficient' as const, hour: 0 };
      if (said.state === trend.state || hour < Math.floor(said.hour)) return [];
      return [changed(series, said.state, trend, hour, atMs)];
    });
  }
}

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
