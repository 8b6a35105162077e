import { HOUR_MS, MINUTE_MS, offsetAt, timeOfDayMs, WEEKDAYS, weekdayOf } from '../../base/zone.ts';
import type { RunRows } from '../../verdict/rows.ts';
import { html, type Markup } from './markup.ts';

/** Width of every chart in its own units, and of its margins: one below the other they have one axis. */
export const CHART = { width: 1000, left: 74, right: 12, height: 120, top: 8, bottom: 4 } as const;
/** Width of what is drawn on. */
export const PLOT_WIDTH = CHART.width - CHART.left - CHART.right;

export interface Tick {
  atMs: number;
  label: string;
}

/** Width of a label, about. */
const LABEL_WIDTH = 60;

/** Under its instant, but within the picture. */
export function tickText({ atMs, label }: Tick, axis: TimeAxis, y: number): Markup {
  const x = axis.x(atMs);
  const anchor = x > CHART.width - LABEL_WIDTH / 2 ? 'end' : 'middle';
  return html`<text class="tick" x="${(anchor === 'end' ? CHART.width - 1 : x).toFixed(1)}" y="${y}" text-anchor="${anchor}">${label}</text>`;
}

/** The time of a run from left to right, in real time; labels are the profile's clock in its own zone. */
export interface TimeAxis {
  fromMs: number;
  untilMs: number;
  /** Position in a chart, its left margin included. */
  x(atMs: number): number;
  ticks: readonly Tick[];
}

const MOST_TICKS = 13;
const STEPS_MS = [1, 5, 10, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * MINUTE_MS);

/** From the start of the run to the end of what was seen of it. */
export function timeAxis({ run, plan }: Pick<RunRows, 'run' | 'plan'>, endMs: number): TimeAxis {
  const fromMs = plan.startMs;
  const untilMs = Math.max(endMs, fromMs + 1000);
  const x = (atMs: number): number => CHART.left + (PLOT_WIDTH * (atMs - fromMs)) / (untilMs - fromMs);
  const profileMs = (atMs: number): number => fromMs + (atMs - fromMs) * plan.compression;
  const lengthMs = profileMs(untilMs) - fromMs;
  const stepMs = STEPS_MS.find((step) => lengthMs / step <= MOST_TICKS) ?? Math.ceil(lengthMs / MOST_TICKS);
  const ticks: Tick[] = [];
  const { timezone } = run.profile.traffic;
  const offsetMs = offsetAt(timezone, fromMs);
  for (let at = Math.ceil((fromMs + offsetMs) / stepMs) * stepMs - offsetMs; at <= profileMs(untilMs); at += stepMs) {
    const label = tickLabel(at + offsetAt(timezone, at), stepMs);
    ticks.push({ atMs: fromMs + (at - fromMs) / plan.compression, label });
  }
  return { fromMs, untilMs, x, ticks };
}

/** `Mon 06:00`; midnight alone names the day where ticks are hours apart. */
function tickLabel(localMs: number, stepMs: number): string {
  const day = WEEKDAYS[weekdayOf(localMs)] ?? '';
  const minutes = Math.floor(timeOfDayMs(localMs) / MINUTE_MS);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return minutes === 0 || stepMs >= 24 * HOUR_MS ? `${day} ${time}` : time;
}
