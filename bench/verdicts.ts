/**
 * What the verdict of growth and drift costs at the end: 50 series of 72 h by the minute, half of them with a leak, from
 * the families that detectors are tuned on. CPU of one core, in a process that has just begun and in one that is warm.
 *
 *     npx node bench/verdicts.ts
 */
import { type Followed, Trend } from '../src/detect/trend/finding.ts';
import { familiesOf } from './detect/families/all.ts';
import { generate } from './detect/generate.ts';
import type { Trace } from './detect/trace.ts';

const SERIES = 50;
const HOURS = 72;
const ROUNDS = 5;

function byTheMinute(trace: Trace): Followed[] {
  const minutes = Float64Array.from({ length: HOURS * 60 }, (_, minute) => minute / 60);
  const at = minutes.map((hour) => {
    const place = trace.hours.findIndex((own) => own >= hour);
    return place < 0 ? trace.hours.length - 1 : place;
  });
  const read = (values: Float64Array): Float64Array => at.map((place) => values[place] ?? Number.NaN);
  const load = trace.loadRpm === null ? null : { hours: minutes, values: read(trace.loadRpm) };
  return trace.series.map(({ name, kind, values }) => ({
    name,
    kind,
    readings: { hours: minutes, values: read(values) },
    load,
    restarts: null,
    collected: false,
    leftOut: [],
    limit: null,
  }));
}

const families = [...familiesOf('tuning', 'none'), ...familiesOf('tuning', 'leak')];
const followed = families
  .flatMap((family, at) =>
    byTheMinute(generate(family, { seed: at, percent: 10, lengthHours: HOURS, evidence: false })),
  )
  .slice(0, SERIES);

function cpuMs(): number {
  const before = process.cpuUsage();
  for (const one of followed) new Trend(one, SERIES).at(HOURS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const first = cpuMs();
const warm = Array.from({ length: ROUNDS }, cpuMs).sort((a, b) => a - b);
console.log(
  `${followed.length} series of ${HOURS} h by the minute: ${first.toFixed(0)} ms of CPU in a new process, ` +
    `${(warm[ROUNDS >> 1] ?? Number.NaN).toFixed(0)} ms in a warm one`,
);
