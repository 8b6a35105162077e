/** Load over the run: the planned shape by the time of day, its wobble, and what was counted. */
import type { Draw } from './draw.ts';
import type { CalibrationWindow } from './trace.ts';

/** A plan of load, as a multiple of the base rate. `hour` counts from the start of the run, `clockHour` is the time of day. */
export interface LoadPlan {
  baseRpm: number;
  /** Time of day at which the run starts, in hours. */
  startsAtClockHour: number;
  multiple(hour: number, clockHour: number): number;
}

export interface Load {
  /** Requests a minute that truly arrived on average around each reading. */
  trueRpm: Float64Array;
  /** Requests a minute as counted between two readings. */
  countedRpm: Float64Array;
}

const TAU = 2 * Math.PI;

export function constantLoad(draw: Draw): LoadPlan {
  return { ...anyStart(draw), multiple: () => 1 };
}

/** A smooth day: low in the night, high once, with a weaker second wave. Peaks are 1.3 to 8 times the lows. */
export function smoothDay(draw: Draw): LoadPlan {
  const amplitude = draw.uniform(0.15, 0.78);
  const second = draw.uniform(0, 0.25) * amplitude;
  const peak = draw.uniform(9, 21);
  return {
    ...anyStart(draw),
    multiple(_hour, clockHour) {
      const angle = (TAU * (clockHour - peak)) / 24;
      return Math.max(0.06, 1 + amplitude * Math.cos(angle) + second * Math.cos(2 * angle));
    },
  };
}

/** Night, day and peak as plateaus with steep flanks: how a soak profile is usually written. */
export function nightDayPeak(draw: Draw): LoadPlan {
  const night = draw.uniform(0.2, 0.6);
  const peak = draw.uniform(1.4, 3);
  const [dayFrom, peakFrom] = [draw.uniform(6, 8), draw.uniform(10, 18)];
  const [peakTo, dayTo] = [peakFrom + draw.uniform(1, 3), draw.uniform(21, 23)];
  const flank = draw.pick([0.02, 0.25, 1]);
  return {
    ...anyStart(draw),
    multiple(_hour, clockHour) {
      const day = plateau(clockHour, dayFrom, dayTo, flank);
      return night + (1 - night) * day + (peak - 1) * plateau(clockHour, peakFrom, peakTo, flank);
    },
  };
}

/** Twenty-four multipliers, one an hour, each held: replayed production traffic. */
export function hourlyTable(draw: Draw): LoadPlan {
  const peak = draw.uniform(9, 21);
  const swing = draw.uniform(0.3, 0.8);
  const table = Array.from({ length: 24 }, (_, hour) =>
    Math.exp(swing * Math.cos((TAU * (hour - peak)) / 24) + 0.15 * draw.normal()),
  );
  return { ...anyStart(draw), multiple: (_hour, clockHour) => table[Math.floor(clockHour)] ?? 1 };
}

/** Any load that repeats from day to day, or none that changes at all. */
export function anyDailyLoad(draw: Draw): LoadPlan {
  return draw.pick([constantLoad, smoothDay, nightDayPeak, nightDayPeak, hourlyTable])(draw);
}

/** The same day, higher each day: a campaign, a growing tenant. 4 to 18 % a day, continuously or at midnight. */
export function growingDays(draw: Draw): LoadPlan {
  const plan = draw.pick([smoothDay, nightDayPeak])(draw);
  const perDay = 1 + draw.uniform(0.04, 0.18);
  const atMidnight = draw.chance(0.4);
  return {
    ...plan,
    multiple(hour, clockHour) {
      const days = (hour + plan.startsAtClockHour) / 24;
      return plan.multiple(hour, clockHour) * perDay ** (atMidnight ? Math.floor(days) : hour / 24);
    },
  };
}

/** Two of the days in it are a weekend with a third to three quarters of the traffic. */
export function withWeekend(draw: Draw): LoadPlan {
  const plan = draw.pick([smoothDay, nightDayPeak, hourlyTable])(draw);
  const firstDay = draw.integer(0, 3);
  const share = draw.uniform(0.33, 0.75);
  return {
    ...plan,
    multiple(hour, clockHour) {
      const day = Math.floor((hour + plan.startsAtClockHour) / 24);
      return plan.multiple(hour, clockHour) * (day === firstDay || day === firstDay + 1 ? share : 1);
    },
  };
}

/** Traffic moved over from another system during hours, then stays. */
export function migration(draw: Draw, lengthHours: number): LoadPlan {
  const plan = draw.pick([constantLoad, smoothDay])(draw);
  const from = draw.uniform(0, lengthHours / 2);
  const takes = draw.uniform(2, lengthHours / 3);
  const before = draw.uniform(0.35, 0.8);
  return {
    ...plan,
    multiple: (hour, clockHour) =>
      plan.multiple(hour, clockHour) * (before + (1 - before) * Math.min(1, Math.max(0, (hour - from) / takes))),
  };
}

/** Bursts of minutes to an hour above the day: crawlers, batch clients, retries of somebody else. */
export function bursty(draw: Draw, lengthHours: number): LoadPlan {
  const plan = anyDailyLoad(draw);
  const bursts = Array.from({ length: draw.integer(4, 30) }, () => {
    const from = draw.uniform(0, lengthHours);
    return { from, to: from + draw.logUniform(0.05, 1), factor: draw.uniform(1.3, 3) };
  });
  return {
    ...plan,
    multiple(hour, clockHour) {
      const burst = bursts.find(({ from, to }) => hour >= from && hour < to);
      return plan.multiple(hour, clockHour) * (burst?.factor ?? 1);
    },
  };
}

/** What arrives under a plan, and what is counted. Inside a calibration window the rate is the window's and steady. */
export function loadOn(
  plan: LoadPlan,
  hours: Float64Array,
  spacingSeconds: number,
  calibration: readonly CalibrationWindow[],
  draw: Draw,
): Load {
  const wobble = draw.uniform(0.005, 0.05);
  const keepPerMinute = draw.uniform(0.8, 0.97);
  const keep = keepPerMinute ** (spacingSeconds / 60);
  let away = 0;
  const trueRpm = hours.map((hour) => {
    away = keep * away + Math.sqrt(1 - keep * keep) * draw.normal();
    const window = calibration.find(({ fromHour, toHour }) => hour >= fromHour && hour < toHour);
    if (window !== undefined) return window.rpm;
    const clockHour = (hour + plan.startsAtClockHour) % 24;
    return plan.baseRpm * Math.max(0, plan.multiple(hour, clockHour)) * Math.exp(wobble * away);
  });
  const minutes = spacingSeconds / 60;
  return { trueRpm, countedRpm: trueRpm.map((rpm) => draw.poisson(rpm * minutes) / minutes) };
}

/** Every `everyHours`, for ten minutes, at the base rate: what a profile's calibration schedules. */
export function calibrationWindows(plan: LoadPlan, lengthHours: number, everyHours: number): CalibrationWindow[] {
  const windows: CalibrationWindow[] = [];
  for (let fromHour = everyHours; fromHour < lengthHours; fromHour += everyHours) {
    windows.push({ fromHour, toHour: fromHour + 10 / 60, rpm: plan.baseRpm });
  }
  return windows;
}

function anyStart(draw: Draw): Pick<LoadPlan, 'baseRpm' | 'startsAtClockHour'> {
  return { baseRpm: draw.logUniform(60, 30_000), startsAtClockHour: draw.uniform(0, 24) };
}

/** 1 between the two times of day, 0 outside, with flanks of the given hours. */
function plateau(clockHour: number, from: number, to: number, flankHours: number): number {
  const rise = (clockHour - from) / flankHours;
  const fall = (to - clockHour) / flankHours;
  return Math.min(1, Math.max(0, Math.min(rise, fall)));
}
