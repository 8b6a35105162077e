/** A series as dots in the terminal: eight to a character (Unicode braille patterns, U+2800). */
export interface ChartedSeries {
  /** Hours, ascending. */
  readonly hours: Float64Array;
  readonly values: Float64Array;
  /** Hours that the chart reaches over. */
  readonly spanHours: number;
  /** The growth that was found, drawn where nothing else is; null: none, or not at that hour. */
  readonly trend: ((hour: number) => number | null) | null;
  /** Signs on the time axis; the later of two in one place is drawn. */
  readonly marks: readonly { readonly hour: number; readonly sign: string }[];
}

export interface SeriesChartOptions {
  /** Characters, labels included. */
  readonly width: number;
  /** Lines, the axis not included. */
  readonly height: number;
  /** For the two ends of the scale. */
  readonly format: (value: number) => string;
  /** Paints what the trend passes through. */
  readonly paint: (text: string) => string;
}

const DOTS_ACROSS = 2;
const DOTS_DOWN = 4;
/** Bit of each dot, by column, then from the top down. */
const DOT_BITS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BRAILLE = 0x2800;
/** A spike must not flatten all else: a share of the readings on each side may lie outside. */
const OUTSIDE = 0.002;

/** Lines of the chart, and its time axis without labels. Each column of dots reaches from the lowest to the highest reading in it. */
export function seriesChart(series: ChartedSeries, { width, height, format, paint }: SeriesChartOptions): string[] {
  const scale = scaleOf(series.values);
  const labels = [format(scale.high), format(scale.low)];
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const across = Math.max(8, width - labelWidth - 2);
  const rowOf = (value: number): number => {
    const share = scale.high > scale.low ? (scale.high - value) / (scale.high - scale.low) : 0.5;
    return Math.max(0, Math.min(height * DOTS_DOWN - 1, Math.round(share * (height * DOTS_DOWN - 1))));
  };
  const dots = dotsOf(series, across, height, rowOf);
  const trendRows = Array.from({ length: across }, (_, cell) => {
    const value = series.trend?.(((cell + 0.5) / across) * series.spanHours) ?? null;
    return value === null ? null : Math.floor(rowOf(value) / DOTS_DOWN);
  });
  const lines = Array.from({ length: height }, (_, row) => {
    const cells = trendRows.map((trendRow, cell) => {
      const bits = dots[row * across + cell] ?? 0;
      const drawn = bits === 0 ? (trendRow === row ? '·' : ' ') : String.fromCharCode(BRAILLE + bits);
      return trendRow === row ? paint(drawn) : drawn;
    });
    const label = row === 0 ? labels[0] : row === height - 1 ? labels[1] : '';
    return `${(label ?? '').padStart(labelWidth)} ┤${cells.join('')}`.trimEnd();
  });
  const axis = Array<string>(across).fill('─');
  for (const { hour, sign } of series.marks)
    axis[Math.min(across - 1, Math.max(0, Math.floor((hour / series.spanHours) * across)))] = sign;
  return [...lines, `${' '.repeat(labelWidth)} └${axis.join('')}`];
}

function scaleOf(values: Float64Array): { low: number; high: number } {
  const sorted = values.slice().sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low: at(OUTSIDE), high: at(1 - OUTSIDE) };
}

function dotsOf(
  { hours, values, spanHours }: ChartedSeries,
  across: number,
  height: number,
  rowOf: (value: number) => number,
): Uint8Array {
  const columns = across * DOTS_ACROSS;
  const tops = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const bottoms = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  for (const [at, hour] of hours.entries()) {
    const row = rowOf(values[at] ?? 0);
    const column = Math.min(columns - 1, Math.floor((hour / spanHours) * columns));
    tops[column] = Math.min(tops[column] ?? row, row);
    bottoms[column] = Math.max(bottoms[column] ?? row, row);
  }
  const dots = new Uint8Array(across * height);
  for (let column = 0; column < columns; column++) {
    for (let row = tops[column] ?? 0; row <= (bottoms[column] ?? -1); row++) {
      const cell = Math.floor(row / DOTS_DOWN) * across + Math.floor(column / DOTS_ACROSS);
      dots[cell] = (dots[cell] ?? 0) | (DOT_BITS[column % DOTS_ACROSS]?.[row % DOTS_DOWN] ?? 0);
    }
  }
  return dots;
}
