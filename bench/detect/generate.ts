/** Plays a family's plan: from what was decided to the trace that a detector sees. Same arguments, same trace. */
import { settledLevel, sumOf } from './component.ts';
import { type Draw, drawFrom } from './draw.ts';
import { drifted, leaked, leakedWhole } from './fault.ts';
import { calibrationWindows, loadOn } from './load.ts';
import { type Moment, momentsOf } from './moment.ts';
import type { Family, GrowthPlan, LatencyPlan, RunShape } from './plan.ts';
import { loseSome, readingHours } from './readings.ts';
import type { Trace, TraceSeries, Truth } from './trace.ts';

/** Calibration of runs under 48 h: ten minutes every three hours. */
const CALIBRATION_EVERY_HOURS = 3;

export interface GenerateOptions extends RunShape {
  seed: number;
  /** With calibration windows, process identity, and heap after collection where the target has a collector. */
  evidence: boolean;
  /** The same run without its fault: what the truth is measured against. */
  withoutFault?: boolean;
}

export function generate(family: Family, options: GenerateOptions): Trace {
  const { seed, lengthHours, evidence } = options;
  const draw = drawFrom(seed, `${family.set} ${family.name}`);
  const plan = family.plan(draw.part('plan'), options);
  const hours = readingHours(plan.clock, lengthHours, draw.part('clock'));
  const calibration = evidence ? calibrationWindows(plan.load, lengthHours, CALIBRATION_EVERY_HOURS) : [];
  const { spacingSeconds, missingShare } = plan.clock;
  const load = loadOn(plan.load, hours, spacingSeconds, calibration, draw.part('load'));
  const moments = momentsOf(hours, load.trueRpm, plan.load.startsAtClockHour, spacingSeconds, plan.process);

  const percent = options.withoutFault ? 0 : options.percent;
  const run = { moments, percent, lengthHours };
  const series = withOwnNames([
    ...plan.growth.flatMap((growth, index) => growthSeries(growth, run, evidence, draw.part(`growth ${index}`))),
    ...plan.latency.map((latency, index) => latencySeries(latency, run, draw.part(`latency ${index}`))),
  ]);
  const losses = draw.part('losses');
  return {
    family: family.name,
    seed,
    lengthHours,
    hours,
    loadRpm: plan.loadKnown ? loseSome(load.countedRpm, missingShare, losses.part('load')) : null,
    series: series.map((one) => ({ ...one, values: loseSome(one.values, missingShare, losses.part(one.name)) })),
    evidence: evidence
      ? { processStartHours: plan.process.startHours.filter((hour) => hour < lengthHours), calibration }
      : null,
  };
}

interface Run {
  moments: readonly Moment[];
  percent: number;
  lengthHours: number;
}

function growthSeries(plan: GrowthPlan, run: Run, evidence: boolean, draw: Draw): TraceSeries[] {
  const { moments, percent } = run;
  const inside = draw.part('components');
  const level = settledLevel(plan.components, moments, inside);
  const healthy = sumOf(plan.components, moments, inside);
  const perDay = plan.leak === null ? 0 : (level * percent) / 100;
  const leaks = plan.leak === null ? null : (plan.counts ? leakedWhole : leaked)(plan.leak, perDay, moments, draw);
  const truth = (levelHere: number): Truth => ({
    ...healthyTruth(levelHere * plan.scale),
    ...(plan.leak !== null && percent > 0
      ? { faulty: true, percentPer24h: (100 * perDay) / levelHere, onsetHour: plan.leak.onsetHour }
      : {}),
  });
  const outliers = draw.part('outliers');
  const seen: TraceSeries = {
    name: plan.name,
    kind: 'growth',
    values: healthy.map((value, index) => {
      const whole = plan.scale * Math.max(0, value + (leaks?.[index] ?? 0)) * farOff(plan.outlierShare, outliers);
      return plan.grain === null ? whole : Math.round(whole / plan.grain) * plan.grain;
    }),
    truth: truth(level),
  };
  if (!evidence || !plan.collects) return [seen];

  const live = plan.components.filter((component) => component.live);
  const after = draw.part('after collection');
  const fuzz = after.uniform(0.001, 0.006);
  const collected = sumOf(live, moments, after);
  return [
    seen,
    {
      name: 'heap_after_gc_bytes',
      kind: 'growth',
      values: collected.map((value, index) =>
        Math.round(plan.scale * (value + (leaks?.[index] ?? 0)) * (1 + fuzz * after.normal())),
      ),
      truth: truth(settledLevel(live, moments, after)),
      collected: true,
    },
  ];
}

function latencySeries(plan: LatencyPlan, run: Run, draw: Draw): TraceSeries {
  const { moments, percent, lengthHours } = run;
  const inside = draw.part('components');
  const level = plan.scaleMs * Math.exp(settledLevel(plan.components, moments, inside));
  const far = plan.drift === null ? null : drifted(plan.drift, moments, draw);
  const values = sumOf(plan.components, moments, inside).map(
    (logarithm, index) => plan.scaleMs * Math.exp(logarithm) * (1 + ((far?.[index] ?? 0) * percent) / 100),
  );
  const drift: Partial<Truth> =
    plan.drift === null || percent === 0
      ? {}
      : {
          faulty: true,
          totalPercent: percent,
          percentPer24h: (percent * 24) / (lengthHours - plan.drift.onsetHour),
          onsetHour: plan.drift.onsetHour,
        };
  return { name: plan.name, kind: 'drift', values, truth: { ...healthyTruth(level), totalPercent: 0, ...drift } };
}

/** A second pool of connections is called connections_2. */
function withOwnNames(series: readonly TraceSeries[]): TraceSeries[] {
  const seen = new Map<string, number>();
  return series.map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : { ...one, name: `${one.name}_${count}` };
  });
}

function healthyTruth(level: number): Truth {
  return { faulty: false, percentPer24h: 0, totalPercent: null, onsetHour: 0, level };
}

/** A reading far off: mostly too high (a fork, a dump, a wrong process), sometimes too low (a process half started). */
function farOff(share: number, draw: Draw): number {
  if (share === 0 || !draw.chance(share)) return 1;
  return draw.chance(0.8) ? draw.uniform(1.3, 3) : draw.uniform(0, 0.8);
}
