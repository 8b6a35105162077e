/** Samples of several series by one clock: what a file of columns holds. */
export interface Columns {
  /** Unix milliseconds, ascending, none twice. */
  readonly timesMs: Float64Array;
  /** Requests a minute by the same times, NaN where none is written; null: there is no such column. */
  readonly loadPerMinute: Float64Array | null;
  /** In the order of the file. */
  readonly series: readonly { readonly name: string; readonly values: Float64Array }[];
  /** Usual distance of samples of one series, milliseconds; null while no series has two. */
  readonly usualSpacingMs: number | null;
}

export const TIME_COLUMN = 'time';
export const LOAD_COLUMN = 'load_rpm';

const MOST_STEPS = 4096;

/**
 * Usual distance of the samples of the series that is sampled most often: its median, so that gaps and jitter do not count. A
 * file put together from several sources has rows in between, hence by series.
 */
export function usualSpacingMs(timesMs: Float64Array, series: Columns['series']): number | null {
  const spacings = series.flatMap(({ values }) => spacingMs(timesMs, values) ?? []);
  return spacings.length === 0 ? null : Math.min(...spacings);
}

function spacingMs(timesMs: Float64Array, values: Float64Array): number | null {
  const steps: number[] = [];
  let before = Number.NaN;
  for (let row = 0; row < timesMs.length && steps.length < MOST_STEPS; row++) {
    if (Number.isNaN(values[row])) continue;
    const at = timesMs[row] ?? Number.NaN;
    if (at > before) steps.push(at - before);
    before = at;
  }
  return steps.length === 0 ? null : (Float64Array.from(steps).sort()[steps.length >> 1] ?? null);
}
