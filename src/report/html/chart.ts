import { formatValue } from '../../verdict/quantity.ts';
import { type Point, withExtremes } from './extremes.ts';
import { html, type Markup } from './markup.ts';
import { CHART, PLOT_WIDTH, type TimeAxis, tickText } from './time-axis.ts';

export interface ChartLine {
  name: string;
  /** Colour and stroke, by the style sheet. */
  style: 'first' | 'second' | 'third' | 'plan' | 'trend';
  points: readonly Point[];
  /** Distance of two points, milliseconds: farther apart the line breaks. null: the points are corners, and all are drawn. */
  stepMs: number | null;
}

export interface Chart {
  id: string;
  title: string;
  /** One sentence for those who do not see it. */
  describes: string;
  unit: string;
  lines: readonly ChartLine[];
  /** Between two lines over the same instants: the interval of a trend. */
  band: { atMs: number; low: number; high: number }[];
  /** The scale begins at zero. */
  fromZero: boolean;
}

/** Columns of the plot: each may hold a lowest and a highest value. */
const COLUMNS = 450;
const PLOT_HEIGHT = CHART.height - CHART.top - CHART.bottom;
/** Where the marks of a chart are defined, once in the page. */
export const MARKS_ID = 'marks';

/** A chart as SVG, on the shared time axis with the shared marks; a sentence where nothing was read. */
export function chartSvg(chart: Chart, axis: TimeAxis): Markup {
  const { id, title, describes, unit } = chart;
  const lines = chart.lines.map((line) => ({
    ...line,
    points: line.stepMs === null ? line.points : withExtremes(line.points, axis, COLUMNS, line.stepMs),
  }));
  const scale = scaleOf(chart, lines);
  if (scale === null)
    return html`<figure><figcaption>${title}</figcaption><p class="quiet">No value was read.</p></figure>`;
  const y = (value: number): number =>
    CHART.top +
    PLOT_HEIGHT * (1 - (Math.min(scale.high, Math.max(scale.low, value)) - scale.low) / (scale.high - scale.low));
  return html`<figure><figcaption>${title}<span class="legend">${lines.map(({ name, style }) => html`<span class="key ${style}">${name}</span>`)}</span></figcaption>
<svg viewBox="0 0 ${CHART.width} ${CHART.height + 18}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${describes}</desc>
<use href="#${MARKS_ID}"/>${scale.ticks.map(
    (value) =>
      html`<line class="grid" x1="${CHART.left}" x2="${CHART.left + PLOT_WIDTH}" y1="${round(y(value))}" y2="${round(y(value))}"/><text class="tick" x="${CHART.left - 6}" y="${round(y(value) + 3.5)}" text-anchor="end">${formatValue(value, unit)}</text>`,
  )}${axis.ticks.map((tick) => tickText(tick, axis, CHART.height + 12))}
${chart.band.length === 0 ? null : html`<path class="band" d="${bandPath(chart.band, axis, y)}"/>`}${lines.map(({ style, points }) => html`<path class="line ${style}" d="${linePath(points, axis, y)}"/>`)}
</svg></figure>`;
}

/** One decimal is a tenth of a pixel at full width. */
const round = (value: number): string => String(Number(value.toFixed(1)));

function linePath(points: readonly Point[], axis: TimeAxis, y: (value: number) => number): string {
  let path = '';
  let isOpen = false;
  points.forEach(({ atMs, value }, at) => {
    if (value !== null) {
      path += `${isOpen ? 'L' : 'M'}${round(axis.x(atMs))} ${round(y(value))}`;
      // A line of no length is a dot.
      if (!isOpen && (points[at + 1]?.value ?? null) === null) path += 'h0';
    }
    isOpen = value !== null;
  });
  return path;
}

function bandPath(band: Chart['band'], axis: TimeAxis, y: (value: number) => number): string {
  const there = band.map(({ atMs, high }) => `${round(axis.x(atMs))} ${round(y(high))}`);
  const back = band.toReversed().map(({ atMs, low }) => `${round(axis.x(atMs))} ${round(y(low))}`);
  return `M${[...there, ...back].join('L')}Z`;
}

interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

/** Round steps of 1, 2 or 5 (Heckbert: Nice Numbers for Graph Labels, Graphics Gems, 1990). The trend's interval may leave the picture. */
function scaleOf({ fromZero }: Chart, lines: readonly ChartLine[]): Scale | null {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const { points } of lines) {
    for (const { value } of points) {
      if (value === null) continue;
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
  }
  if (lowest > highest) return null;
  if (fromZero) lowest = Math.min(0, lowest);
  // A line that is flat lies in the middle of something.
  if (highest - lowest < 1e-9 * Math.max(1, Math.abs(highest))) {
    const room = Math.abs(highest) * 0.05 || 1;
    highest += room;
    if (!fromZero || lowest < 0) lowest -= room;
  }
  const rough = (highest - lowest) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power;
  const low = Math.floor(lowest / step + 1e-9) * step;
  const high = Math.ceil(highest / step - 1e-9) * step;
  const count = Math.round((high - low) / step);
  return { low, high, ticks: Array.from({ length: count + 1 }, (_, at) => low + at * step) };
}
