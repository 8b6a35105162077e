import { instant } from '../action-text.ts';
import { MARKS_ID } from './chart.ts';
import { type Band, type BandKind, MARK_KINDS, type Mark, type MarkKind } from './marks.ts';
import { html, type Markup } from './markup.ts';
import { CHART, PLOT_WIDTH, type TimeAxis, tickText } from './time-axis.ts';

const LANES: Record<MarkKind, string> = {
  alert: 'alerts',
  change: 'changes',
  restart: 'restarts',
  operator: 'operators',
  trouble: 'soakd, k6',
};
const BANDS: Record<BandKind, string> = {
  warmup: 'warm-up',
  excluded: 'excluded',
  not_offered: 'not offered',
  paused: 'paused',
  outage: 'outage',
};
const LANE_HEIGHT = 18;
/** Marks of one kind closer than this are one, with a count: nobody could tell them apart. */
const LEAST_DISTANCE = 3;

/** Backgrounds and lines of all marks, once for every chart of the page. */
export function sharedMarks(bands: readonly Band[], marks: readonly Mark[], axis: TimeAxis): Markup {
  const thin = gathered(
    marks.filter(({ kind }) => kind !== 'trouble'),
    axis,
  );
  const { top, height, bottom } = CHART;
  return html`<svg class="defs" width="0" height="0" aria-hidden="true"><defs><g id="${MARKS_ID}">${bands.map((band) => bandRect(band, axis, top, height - bottom - top))}${thin.map(
    ({ x, kind }) => html`<line class="mark ${kind}" x1="${x}" x2="${x}" y1="${top}" y2="${height - bottom}"/>`,
  )}</g></defs></svg>`;
}

/** Everything that happened on one picture, a lane for each kind; what it is stands in the tooltip, and in the tables below. */
export function happeningsSvg(bands: readonly Band[], marks: readonly Mark[], axis: TimeAxis): Markup {
  const lanes = MARK_KINDS.filter((kind) => marks.some((mark) => mark.kind === kind));
  const rows = bands.length > 0 ? [...lanes, null] : [...lanes];
  if (rows.length === 0) return html`<p class="quiet">Nothing happened that a chart could show.</p>`;
  const height = rows.length * LANE_HEIGHT + 4;
  const middle = (lane: number): number => 4 + lane * LANE_HEIGHT + LANE_HEIGHT / 2;
  const kinds = [...new Set(bands.map(({ kind }) => kind))];
  return html`<figure><figcaption>What happened${
    kinds.length === 0
      ? null
      : html`<span class="legend">${kinds.map((kind) => html`<span class="key area ${kind}">${BANDS[kind]}</span>`)}</span>`
  }</figcaption>
<svg viewBox="0 0 ${CHART.width} ${height + 18}" role="img" aria-labelledby="happened-t happened-d"><title id="happened-t">What happened</title><desc id="happened-d">${describe(marks, bands)}</desc>
${rows.map(
  (kind, lane) =>
    html`<line class="grid" x1="${CHART.left}" x2="${CHART.left + PLOT_WIDTH}" y1="${middle(lane)}" y2="${middle(lane)}"/><text class="tick" x="${CHART.left - 6}" y="${middle(lane) + 3.5}" text-anchor="end">${kind === null ? 'not judged' : LANES[kind]}</text>`,
)}
${bands.map((band) => bandRect(band, axis, middle(rows.length - 1) - 6, 12))}${lanes.map((kind, lane) =>
  gathered(
    marks.filter((mark) => mark.kind === kind),
    axis,
  ).map((mark) => symbol(mark, middle(lane), axis)),
)}
${axis.ticks.map((tick) => tickText(tick, axis, height + 12))}
</svg></figure>`;
}

function bandRect(band: Band, axis: TimeAxis, y: number, height: number): Markup {
  const from = axis.x(Math.max(band.fromMs, axis.fromMs));
  const width = Math.max(1, axis.x(Math.min(band.untilMs, axis.untilMs)) - from);
  return html`<rect class="area ${band.kind}" x="${from.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${height}"><title>${instant(band.fromMs)} to ${instant(band.untilMs)}: ${band.text}</title></rect>`;
}

interface Gathered {
  x: string;
  kind: MarkKind;
  text: string;
  untilMs: number | null;
}

/** Marks that would fall on one another as one, which names the first few. */
function gathered(marks: readonly Mark[], axis: TimeAxis): Gathered[] {
  const groups: { x: number; kind: MarkKind; marks: Mark[] }[] = [];
  for (const mark of marks) {
    if (mark.atMs < axis.fromMs || mark.atMs > axis.untilMs) continue;
    const x = axis.x(mark.atMs);
    const last = groups.findLast(({ kind }) => kind === mark.kind);
    if (last !== undefined && x - last.x < LEAST_DISTANCE) last.marks.push(mark);
    else groups.push({ x, kind: mark.kind, marks: [mark] });
  }
  return groups.map(({ x, kind, marks: own }) => {
    const told = own.slice(0, 3).map(({ atMs, text }) => `${instant(atMs)} ${text}`);
    const more = own.length > told.length ? [`and ${own.length - told.length} more`] : [];
    const untilMs = own.reduce<number | null>(
      (latest, one) => (one.untilMs === null ? latest : Math.max(latest ?? 0, one.untilMs)),
      null,
    );
    return { x: x.toFixed(1), kind, text: [...told, ...more].join('\n'), untilMs };
  });
}

function symbol({ x, kind, text, untilMs }: Gathered, y: number, axis: TimeAxis): Markup {
  const width = untilMs === null ? 0 : axis.x(Math.min(untilMs, axis.untilMs)) - Number(x);
  return html`<g class="symbol ${kind}"><title>${text}</title>${width > 0 ? html`<rect x="${x}" y="${y - 2}" width="${width.toFixed(1)}" height="4"/>` : null}<circle cx="${x}" cy="${y}" r="4.5"/></g>`;
}

function describe(marks: readonly Mark[], bands: readonly Band[]): string {
  const counts = MARK_KINDS.flatMap((kind) => {
    const count = marks.filter((mark) => mark.kind === kind).length;
    return count === 0 ? [] : [`${LANES[kind]}: ${count}`];
  });
  return [...counts, `stretches not judged or down: ${bands.length}`].join('; ');
}
