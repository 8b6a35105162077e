import type { RunStatus } from '../model/status.ts';

/** What seldom changes and is long. */
const PARTS = ['criteria', 'drift', 'events', 'standing'] as const;

type Part = (typeof PARTS)[number];
type BriefSeries = Pick<RunStatus['series'][number], 'id' | 'last' | 'atMs'>;

/** A status from which what was told before is missing; of series the values are always there. */
export type ChangedStatus = Omit<RunStatus, Part | 'series'> &
  Partial<Pick<RunStatus, Part>> & { series: RunStatus['series'] | BriefSeries[] };

/**
 * Leaves out what one reader knows. With fifty series a status is forty kilobytes, of which every two seconds some hundred
 * bytes are news.
 */
export class StatusChanges {
  readonly #told = new Map<string, string>();

  /** The status of a run, less the parts that are as they were when this was asked for that run before. */
  since({ series, ...status }: RunStatus): ChangedStatus {
    const { runId } = status;
    const parts: Partial<Pick<RunStatus, Part>> = {};
    const { criteria, drift, events, standing, ...rest } = status;
    const given = { criteria, drift, events, standing };
    for (const part of PARTS)
      if (this.#isNews(`${runId} ${part}`, given[part])) Object.assign(parts, { [part]: given[part] });
    const described = series.map(({ id, unit, role, growth }) => ({ id, unit, role, growth }));
    const brief = series.map(({ id, last, atMs }) => ({ id, last, atMs }));
    return { ...rest, ...parts, series: this.#isNews(`${runId} series`, described) ? series : brief };
  }

  #isNews(key: string, value: unknown): boolean {
    const text = JSON.stringify(value);
    if (this.#told.get(key) === text) return false;
    this.#told.set(key, text);
    return true;
  }
}
