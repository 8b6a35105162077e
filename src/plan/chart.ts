import { contains, unionOf } from '../base/stretches.ts';
import { clockText, MINUTE_MS, offsetStretches } from '../base/zone.ts';
import type { ArrivalPlan, LoadLevel } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { levelAt, requestsBetween } from './rate.ts';

export interface ChartOptions {
  /** Columns of the terminal. */
  width: number;
  height?: number;
  colour: boolean;
}

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const COLOURS: Record<LoadLevel, number> = { normal: 32, peak: 33, stress: 31 };

/**
 * The planned curve as text: one column a stretch of time, eighths of a line high, the profile's clock below, and
 * below that where the calibration windows lie.
 */
export function chart(profile: Profile, plan: ArrivalPlan, { width, height = 8, colour }: ChartOptions): string {
  const labelWidth = 7;
  const columns = Math.max(10, width - labelWidth - 2);
  const stepMs = (plan.endMs - plan.startMs) / columns;
  const bars = Array.from({ length: columns }, (_, index) => {
    const fromMs = plan.startMs + index * stepMs;
    const perMinute = (requestsBetween(plan, fromMs, fromMs + stepMs) / stepMs) * MINUTE_MS;
    return { perMinute, level: levelAt(plan, profile, fromMs + stepMs / 2) };
  });
  const highest = Math.max(...bars.map(({ perMinute }) => perMinute));
  // Without any load, any height of the axis would do: it gets no number.
  const top = highest > 0 ? highest : 1;

  const lines = Array.from({ length: height }, (_, row) => {
    const floor = height - 1 - row;
    const cells = bars.map(({ perMinute, level }) => {
      const eighths = Math.round((perMinute / top) * height * 8) - floor * 8;
      const block = BLOCKS[Math.max(0, Math.min(8, eighths))] ?? ' ';
      return colour && block !== ' ' ? `\u001b[${COLOURS[level]}m${block}\u001b[0m` : block;
    });
    const label = row === 0 && highest > 0 ? axisNumber(top) : row === height - 1 ? '0' : '';
    return `${label.padStart(labelWidth)} ┤${cells.join('')}`.trimEnd();
  });
  return [
    ...lines,
    ...timeAxis(profile, plan, columns, labelWidth),
    ...calibrationMarks(plan, columns, labelWidth, colour),
  ].join('\n');
}

const axisNumber = (value: number): string => (value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));

/** Distances of ticks, minutes of the profile's clock: the smallest that leaves room for labels is used. */
const TICK_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080] as const;
const LABEL_WIDTH = 'Sat 14:00  '.length;

/** Ticks at round times of the profile's clock, with as many labels as fit. */
function timeAxis(profile: Profile, plan: ArrivalPlan, columns: number, labelWidth: number): string[] {
  const profileMs = (plan.endMs - plan.startMs) * plan.compression;
  const perColumnMs = profileMs / columns;
  const tickMs =
    (TICK_MINUTES.find((minutes) => minutes * MINUTE_MS >= LABEL_WIDTH * perColumnMs) ?? 10_080) * MINUTE_MS;
  const ruler = Array<string>(columns).fill('─');
  let labels = '';
  for (const { fromMs, untilMs, offsetMs } of offsetStretches(
    profile.traffic.timezone,
    plan.startMs,
    plan.startMs + profileMs,
  )) {
    for (
      let localMs = Math.ceil((fromMs + offsetMs) / tickMs) * tickMs;
      localMs < untilMs + offsetMs;
      localMs += tickMs
    ) {
      const column = Math.floor((localMs - offsetMs - plan.startMs) / perColumnMs);
      ruler[column] = '┬';
      if (labels.length <= column && column + LABEL_WIDTH - 2 <= columns) {
        labels = labels.padEnd(column) + clockText(localMs).padEnd(LABEL_WIDTH);
      }
    }
  }
  return [`${' '.repeat(labelWidth)} └${ruler.join('')}`, `${' '.repeat(labelWidth + 2)}${labels}`.trimEnd()];
}

const CYAN = 36;

/** A mark in each column that a calibration window touches. */
function calibrationMarks(plan: ArrivalPlan, columns: number, labelWidth: number, colour: boolean): string[] {
  if (plan.calibration.length === 0) return [];
  const stepMs = (plan.endMs - plan.startMs) / columns;
  const touched = unionOf(
    plan.calibration.map(({ fromMs, untilMs }) => ({
      fromMs: Math.floor((fromMs - plan.startMs) / stepMs),
      untilMs: Math.ceil((untilMs - plan.startMs) / stepMs),
    })),
  );
  const marks = Array.from({ length: columns }, (_, column) => (contains(touched, column) ? '▲' : ' ')).join('');
  const shown = colour ? marks.replaceAll(/▲+/g, (run) => `\u001b[${CYAN}m${run}\u001b[0m`) : marks;
  return [`${'calib.'.padStart(labelWidth)}  ${shown}`.trimEnd()];
}
