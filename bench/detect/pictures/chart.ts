/** Draws panels over the hours of a run as one SVG: no library, no fonts or files from elsewhere. */

/** A picture: panels one below the other, over the same hours. */
export interface Picture {
  readonly title: string;
  readonly hours: number;
  readonly panels: readonly Panel[];
}

export interface Panel {
  /** What it shows, and its unit. */
  readonly label: string;
  readonly height: number;
  readonly from: number;
  readonly to: number;
  readonly marks: readonly Mark[];
  /** Beneath the panel: what was said at whole hours, ascending. */
  readonly said?: readonly { readonly hour: number; readonly verdict: string }[];
}

/** A curve with gaps where a value is not finite. */
interface Curve {
  readonly hours: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export type Mark =
  | ({ readonly kind: 'line'; readonly name: string; readonly colour: string; readonly dashed?: boolean } & Curve)
  | ({ readonly kind: 'dots'; readonly name: string; readonly colour: string } & Curve)
  | {
      readonly kind: 'band';
      readonly name: string;
      readonly colour: string;
      readonly hours: ArrayLike<number>;
      readonly low: ArrayLike<number>;
      readonly high: ArrayLike<number>;
    }
  | { readonly kind: 'instant'; readonly hour: number; readonly text: string; readonly textLeft?: boolean };

/** Told apart by people who see few colours as well (Okabe, Ito, Color Universal Design, 2008). */
export const COLOURS = {
  readings: '#8c959f',
  load: '#0072b2',
  growth: '#d55e00',
  rival: '#009e73',
  other: '#cc79a7',
} as const;

const SAID: Readonly<Record<string, string>> = {
  insufficient: '#d0d7de',
  stable: '#009e73',
  growing: '#f0e442',
  suspect: '#e69f00',
  leak: '#d55e00',
  drift: '#d55e00',
  not_separable: '#cc79a7',
};

const WIDTH = 760;
const LEFT = 62;
const RIGHT = 16;
const TITLE_HEIGHT = 34;
/** Above each panel: its label and the names of its marks. */
const HEAD_HEIGHT = 36;
const SAID_HEIGHT = 12;
const GAP = 14;
const FOOT_HEIGHT = 34;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
const INK = '#1f2328';
const FAINT = '#57606a';

export function svgOf({ title, hours, panels }: Picture): string {
  const parts: string[] = [];
  let top = TITLE_HEIGHT;
  for (const panel of panels) {
    parts.push(panelAt(top, panel, hours));
    top += HEAD_HEIGHT + panel.height + (panel.said === undefined ? 0 : SAID_HEIGHT + 4) + GAP;
  }
  const bottom = top - GAP;
  const everyHours = hours > 48 ? 12 : hours > 24 ? 6 : 3;
  for (let hour = 0; hour <= hours; hour += everyHours)
    parts.push(text(xOf(hour, hours), bottom + 14, String(hour), { anchor: 'middle', fill: FAINT }));
  parts.push(text(LEFT + PLOT_WIDTH / 2, bottom + 29, 'hours of the run', { anchor: 'middle', fill: FAINT }));
  const height = bottom + FOOT_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6" fill="#ffffff" stroke="#d0d7de"/>`,
    text(LEFT, 21, title, { size: 14, weight: 'bold' }),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

const xOf = (hour: number, hours: number): number => LEFT + (PLOT_WIDTH * hour) / hours;

function panelAt(top: number, { label, height, from, to, marks, said }: Panel, hours: number): string {
  const plotTop = top + HEAD_HEIGHT;
  const x = (hour: number): number => xOf(hour, hours);
  const y = (value: number): number => plotTop + height - (height * (value - from)) / (to - from);
  const parts = [text(LEFT, top + 12, label, { weight: 'bold' })];
  for (const tick of ticksOf(from, to)) {
    parts.push(path(`M${LEFT} ${short(y(tick))}h${PLOT_WIDTH}`, { stroke: '#eaeef2' }));
    parts.push(text(LEFT - 6, y(tick) + 4, String(tick), { anchor: 'end', fill: FAINT }));
  }
  parts.push(path(`M${LEFT} ${plotTop}v${height}h${PLOT_WIDTH}`, { stroke: FAINT }));
  let legendAt = LEFT;
  for (const mark of marks) {
    parts.push(drawn(mark, x, y, plotTop, height));
    if (mark.kind === 'instant') continue;
    parts.push(key(mark, legendAt, top + 25), text(legendAt + 22, top + 28, mark.name, { fill: FAINT }));
    legendAt += 36 + 5.8 * mark.name.length;
  }
  if (said !== undefined) parts.push(strip(said, plotTop + height + 4, hours, x));
  return parts.join('\n');
}

function drawn(
  mark: Mark,
  x: (hour: number) => number,
  y: (value: number) => number,
  top: number,
  height: number,
): string {
  const at = (hour: number, value: number): string => `${short(x(hour))} ${short(y(value))}`;
  switch (mark.kind) {
    case 'line': {
      const d = runsOf(mark.values).map(([first, last]) => {
        const points = Array.from({ length: last - first + 1 }, (_, step) =>
          at(mark.hours[first + step] ?? 0, mark.values[first + step] ?? 0),
        );
        return `M${points.join('L')}`;
      });
      return path(d.join(''), { stroke: mark.colour, width: 1.8, dash: mark.dashed === true });
    }
    case 'dots': {
      const dots = Array.from(mark.hours, (hour, place) => ({ hour, value: mark.values[place] ?? Number.NaN })).filter(
        ({ value }) => Number.isFinite(value),
      );
      // A line of no length with round ends is a dot.
      const d = dots.map(({ hour, value }) => `M${at(hour, value)}h0`).join('');
      return `<path d="${d}" fill="none" stroke="${mark.colour}" stroke-width="2.6" stroke-linecap="round"/>`;
    }
    case 'band': {
      const d = runsOf(mark.low).map(([first, last]) => {
        const places = Array.from({ length: last - first + 1 }, (_, step) => first + step);
        const up = places.map((place) => at(mark.hours[place] ?? 0, mark.high[place] ?? 0));
        const down = places.toReversed().map((place) => at(mark.hours[place] ?? 0, mark.low[place] ?? 0));
        return `M${[...up, ...down].join('L')}Z`;
      });
      return `<path d="${d.join('')}" fill="${mark.colour}" stroke="${mark.colour}" stroke-width="1" opacity="0.6"/>`;
    }
    case 'instant': {
      const left = short(x(mark.hour));
      const side = mark.textLeft === true ? { dx: -5, anchor: 'end' as const } : { dx: 5, anchor: 'start' as const };
      return [
        path(`M${left} ${top}v${height}`, { stroke: INK, dash: true }),
        text(Number(left) + side.dx, top + 11, mark.text, { anchor: side.anchor, weight: 'bold' }),
      ].join('');
    }
  }
}

/** First and last place of each stretch of finite values. */
function runsOf(values: ArrayLike<number>): [number, number][] {
  const runs: [number, number][] = [];
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) continue;
    const latest = runs.at(-1);
    if (latest !== undefined && latest[1] === at - 1) latest[1] = at;
    else runs.push([at, at]);
  }
  return runs;
}

function key(mark: Exclude<Mark, { kind: 'instant' }>, left: number, middle: number): string {
  if (mark.kind === 'band')
    return `<rect x="${short(left)}" y="${middle - 5}" width="17" height="10" fill="${mark.colour}" opacity="0.6"/>`;
  if (mark.kind === 'dots')
    return `<path d="M${short(left + 3)} ${middle}h0m6 0h0m6 0h0" stroke="${mark.colour}" stroke-width="3" stroke-linecap="round"/>`;
  return path(`M${short(left)} ${middle}h17`, { stroke: mark.colour, width: 2, dash: mark.dashed === true });
}

/** What was said, from the hour at which it was on, as one bar a stretch, with its name where there is room. */
function strip(said: NonNullable<Panel['said']>, top: number, hours: number, x: (hour: number) => number): string {
  const stretches: { verdict: string; from: number; to: number }[] = [];
  for (const { hour, verdict } of said) {
    const latest = stretches.at(-1);
    if (latest?.verdict === verdict) continue;
    if (latest !== undefined) latest.to = hour;
    stretches.push({ verdict, from: hour, to: hours });
  }
  return stretches
    .map(({ verdict, from, to }) => {
      const width = x(to) - x(from);
      const bar = `<rect x="${short(x(from))}" y="${top}" width="${short(width)}" height="${SAID_HEIGHT}" fill="${SAID[verdict] ?? FAINT}"/>`;
      const isDark = verdict === 'stable' || verdict === 'leak' || verdict === 'drift';
      const name = text((x(from) + x(to)) / 2, top + 9.5, verdict.replace('_', ' '), {
        anchor: 'middle',
        size: 10,
        fill: isDark ? '#ffffff' : INK,
      });
      return width > 6 * verdict.length ? bar + name : bar;
    })
    .join('\n');
}

/** Three to six round numbers. */
function ticksOf(from: number, to: number): number[] {
  const rough = (to - from) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? rough;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step - 1e-9); at * step <= to + 1e-9 * step; at++)
    ticks.push(Number((at * step).toPrecision(6)));
  return ticks;
}

interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly weight?: 'bold';
  readonly fill?: string;
}

function text(x: number, y: number, words: string, { anchor, size, weight, fill = INK }: TextStyle = {}): string {
  const style = [
    ...(anchor === undefined ? [] : [` text-anchor="${anchor}"`]),
    ...(size === undefined ? [] : [` font-size="${size}"`]),
    ...(weight === undefined ? [] : [` font-weight="${weight}"`]),
  ].join('');
  return `<text x="${short(x)}" y="${short(y)}" fill="${fill}"${style}>${escaped(words)}</text>`;
}

function path(
  d: string,
  { stroke, width = 1, dash = false }: { stroke: string; width?: number; dash?: boolean },
): string {
  const dashes = dash ? ' stroke-dasharray="5 3"' : '';
  return `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}"${dashes}/>`;
}

const short = (value: number): string => String(Number(value.toFixed(1)));

const escaped = (words: string): string =>
  words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
