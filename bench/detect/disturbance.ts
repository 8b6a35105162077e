/** What disturbs any series: jobs, deployments, slow wander, noise. Shares of the idle level, or logarithms for latency. */
import type { Component } from './component.ts';

/** Once a day, for a while: a backup, a report, a compaction. Each night a little different. */
export function nightlyJob({ share, atClockHour, takesHours }: NightlyJob): Component {
  return {
    settled: 0,
    live: true,
    start(draw) {
      let before = Number.POSITIVE_INFINITY;
      let tonight = 1;
      return ({ clockHour }) => {
        const since = (clockHour - atClockHour + 24) % 24;
        if (since < before) tonight = draw.uniform(0.7, 1.3);
        before = since;
        // It takes minutes to get going, and what it took goes back at its end.
        return since < takesHours * tonight ? share * tonight * Math.min(1, since / 0.1) : 0;
      };
    },
  };
}

export interface NightlyJob {
  share: number;
  atClockHour: number;
  takesHours: number;
}

export interface Stretch {
  fromHour: number;
  toHour: number;
  share: number;
}

/** Batches by hand: up for hours, then down to where it was. */
export function batches(stretches: readonly Stretch[]): Component {
  return {
    settled: 0,
    live: true,
    start:
      () =>
      ({ hour }) =>
        stretches.reduce((sum, { fromHour, toHour, share }) => {
          if (hour < fromHour || hour >= toHour) return sum;
          return sum + share * Math.min(1, (hour - fromHour) / 0.2);
        }, 0),
  };
}

/** Lasting changes: a deployed version, a switched feature, a changed limit. They take effect within `rampHours`. */
export function steps(changes: readonly { atHour: number; share: number; rampHours: number }[]): Component {
  return {
    settled: 0,
    live: true,
    start:
      () =>
      ({ hour }) =>
        changes.reduce((sum, { atHour, share, rampHours }) => {
          if (hour < atHour) return sum;
          return sum + share * Math.min(1, (hour - atHour) / Math.max(rampHours, 1e-9));
        }, 0),
  };
}

/** Slow noise: an Ornstein-Uhlenbeck process (AR(1) in continuous time) that forgets over hours. */
export function wander({ sd, forgetsHours }: { sd: number; forgetsHours: number }): Component {
  return {
    settled: 0,
    live: true,
    start(draw) {
      let value = sd * draw.normal();
      return ({ stepHours }) => {
        const keep = Math.exp(-stepHours / forgetsHours);
        value = keep * value + sd * Math.sqrt(1 - keep * keep) * draw.normal();
        return value;
      };
    },
  };
}

export interface Noise {
  /** Standard deviation of what each reading has alone. */
  white: number;
  /** Standard deviation of what readings near in time share, and over how many hours it is forgotten. */
  shared: number;
  forgetsHours: number;
  /** Noise grows as the load to this power; 0 for an even one, below 0 where few requests are measured badly. */
  loadPower: number;
}

export function noise({ white, shared, forgetsHours, loadPower }: Noise): Component {
  return {
    settled: 0,
    live: false,
    start(draw) {
      let value = shared * draw.normal();
      return ({ stepHours, load }) => {
        const keep = Math.exp(-stepHours / forgetsHours);
        value = keep * value + shared * Math.sqrt(1 - keep * keep) * draw.normal();
        return (value + white * draw.normal()) * Math.max(0.05, load) ** loadPower;
      };
    },
  };
}

/** Now and then a value far off, for a reading or a few: a spike of memory, a burst of slow requests. */
export function bursts({ perHour, lastsHours, low, high }: Bursts): Component {
  return {
    settled: 0,
    live: false,
    start(draw) {
      let left = 0;
      let size = 0;
      return ({ stepHours }) => {
        left -= stepHours;
        if (left <= 0 && draw.chance(Math.min(0.5, perHour * stepHours))) {
          left = draw.uniform(0, 2 * lastsHours);
          size = draw.uniform(low, high);
        }
        return left > 0 ? size : 0;
      };
    },
  };
}

export interface Bursts {
  perHour: number;
  lastsHours: number;
  low: number;
  high: number;
}
