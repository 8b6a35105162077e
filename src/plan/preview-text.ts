import { formatDuration } from '../base/duration.ts';
import { visible } from '../base/visible.ts';
import { instantText } from '../base/zone.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import type { Profile } from '../model/profile.ts';
import { type ChartOptions, chart } from './chart.ts';
import { about } from './evidence.ts';
import type { PlanPreview } from './preview.ts';

/** The preview for people: a chart, the totals, what each criterion needs, warnings and every default. */
export function previewText(profile: Profile, plan: ArrivalPlan, preview: PlanPreview, options: ChartOptions): string {
  const [heading, curve, ...below] = [
    [preview.name, `planned requests a minute, by the clock of ${preview.timezone}`, ''],
    [chart(profile, plan, options), ''],
    totals(preview),
    displaced(preview),
    preview.clockChanges.length === 0
      ? []
      : [
          '',
          'Clock changes',
          ...preview.clockChanges.map(({ before, after, effect }) => `  ${before} → ${after}: ${effect}`),
        ],
    preview.excluded.length === 0 ? [] : ['', ...exclusions(preview)],
    ['', 'Criteria, and what each needs', ...criteria(preview)],
    preview.warnings.length === 0 ? [] : ['', 'Warnings', ...preview.warnings.map((warning) => `  ${warning}`)],
    preview.defaults.length === 0
      ? []
      : ['', 'Defaults (not set in the profile)', ...columns(preview.defaults.map(({ path, value }) => [path, value]))],
  ];
  // The chart alone has colours of ours.
  return `${[visible(heading.join('\n')), ...curve, visible(below.flat().join('\n'))].join('\n')}\n`;
}

function totals(preview: PlanPreview): string[] {
  const { users, disk, compression } = preview;
  const length = about(preview.endMs - preview.startMs);
  const rehearsed =
    compression === 1 ? '' : `, a rehearsal: the profile's clock runs ${compression.toFixed(0)} times as fast`;
  const { lowestRequestsPerMinute: lowest, peakRequestsPerMinute: highest } = preview;
  const rate = lowest === highest ? number(highest) : `${number(lowest)} to ${number(highest)}`;
  return columns([
    ['Target', preview.targetUrl ?? 'none: give --target'],
    ['Start', `${instantText(preview.startMs)}  (${preview.startClock})`],
    ['End', `${instantText(preview.endMs)}  (${preview.endClock}), ${length}${rehearsed}`],
    ['Warm-up', `${about(preview.warmupMs)}, loaded and not judged`],
    [
      'Requests',
      `${count(preview.totalRequests)} in ${count(preview.totalIterations)} iterations of ${number(preview.requestsPerIteration)} requests`,
    ],
    ['Rate', `${rate} requests/min; peak ${number(users.peakIterationsPerSecond)} iterations/s`],
    ['Calibration', calibration(preview)],
    [
      'Users',
      `${users.users} (an iteration takes ${formatDuration(users.longestIterationMs)} at worst), ${Math.ceil(users.memoryMb)} MB of k6's memory`,
    ],
    ['Disk', `store ${size(disk.storeBytes)}, spool ${size(disk.spoolBytes)} until its retention ends`],
  ]);
}

function calibration({ calibration: shown }: PlanPreview): string {
  if (shown === null) return 'off';
  const [first] = shown.windows;
  if (first === undefined) return `none: ${shown.whyNone ?? 'what operators did left none'}`;
  const many = shown.windows.length === 1 ? '1 window' : `${shown.windows.length} windows`;
  const length = `${formatDuration(shown.lengthMs)} at ${number(shown.requestsPerMinute)} requests/min`;
  return `${many} of ${length}, every ${formatDuration(shown.everyMs)} from ${first.clock}`;
}

function displaced({ calibration: shown }: PlanPreview): string[] {
  if (shown === null || shown.displaced.length === 0) return [];
  return [
    '',
    'Calibration windows that meet hours which are not judged',
    ...shown.displaced.map(({ fromMs, clock, movedToMs, reason }) => {
      const fate = movedToMs === null ? 'left out' : `moved by ${about(movedToMs - fromMs)}`;
      return `  ${instantText(fromMs)}  (${clock}) ${fate}: ${reason}`;
    }),
  ];
}

const exclusions = ({ excluded, excludedPercent }: PlanPreview): string[] => [
  `Not judged: ${excludedPercent.toFixed(1)} % of the run`,
  ...excluded.map(
    ({ fromMs, untilMs, reason }) => `  ${instantText(fromMs)} for ${about(untilMs - fromMs)}: ${reason}`,
  ),
];

const MARKS = { enough: 'yes', any_time: 'yes', too_short: 'NO', never: '-' } as const;

function criteria({ criteria: needs, criteriaOff }: PlanPreview): string[] {
  const rows = needs.map(({ name, targetText, fromProfile, verdict, why }) => [
    name,
    `${targetText}${fromProfile ? '' : ' (default)'}`,
    MARKS[verdict],
    why,
  ]);
  const off = criteriaOff.length === 0 ? [] : [`  Switched off: ${criteriaOff.join(', ')}`];
  return [...columns([['criterion', 'target', 'judgeable', 'why'], ...rows]), ...off];
}

/** Rows with their cells one below the other, indented. */
function columns(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>((most, row) => {
    row.forEach((cell, index) => {
      most[index] = Math.max(most[index] ?? 0, cell.length);
    });
    return most;
  }, []);
  return rows.map((row) =>
    `  ${row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd((widths[index] ?? 0) + 2))).join('')}`.trimEnd(),
  );
}

const count = (value: number): string => Math.round(value).toLocaleString('en').replaceAll(',', ' ');
const number = (value: number): string => String(Number(value.toPrecision(3)));
const size = (bytes: number): string => (bytes < 1e6 ? `${number(bytes / 1e3)} kB` : `${number(bytes / 1e6)} MB`);
