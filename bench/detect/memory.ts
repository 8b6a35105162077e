/** What a process holds in memory, in shares of what it holds when idle and warm. */
import type { Component } from './component.ts';

/** Code, connections, configuration: there from the start to the end. */
export function resident(share = 1): Component {
  return { settled: share, live: true, start: () => () => share };
}

export interface LoadHeld {
  /** Held at median load. */
  share: number;
  /** Below 1: sublinear in the load. */
  exponent: number;
  /** How fast it follows a rise and a fall; a slow fall is hysteresis (idle sessions, buffers kept, decommit delays). */
  riseHours: number;
  fallHours: number;
}

/** Requests in flight, sessions, buffers. */
export function heldForLoad({ share, exponent, riseHours, fallHours }: LoadHeld): Component {
  return {
    settled: 'measured',
    live: true,
    start() {
      let held: number | null = null;
      return ({ load, stepHours, fresh }) => {
        const wanted = share * load ** exponent;
        if (held === null || fresh) held = wanted;
        const hours = wanted > held ? riseHours : fallHours;
        held += (wanted - held) * (1 - Math.exp(-stepHours / hours));
        return held;
      };
    },
  };
}

/**
 * The allocator keeps what it has once taken (glibc arenas, a heap that does not shrink): the highest of all needs so
 * far. Needs scatter, so it creeps up by ever smaller steps for as long as it lives.
 */
export function ratchet({ share, scatter }: { share: number; scatter: number }): Component {
  return {
    settled: 'measured',
    live: false,
    start(draw) {
      let highest = 0;
      let away = 0;
      return ({ load, fresh }) => {
        if (fresh) highest = 0;
        away = 0.9 * away + 0.436 * draw.normal();
        highest = Math.max(highest, share * load * (1 + scatter * away));
        return highest;
      };
    },
  };
}

export interface Filling {
  /** Held once it is full. */
  share: number;
  tauHours: number;
  by: 'time' | 'requests';
  /** 1: exponential. Below: fast first, then with a long tail. Above: slow, fast, slow. */
  stretch: number;
}

/** A cache that fills: 1 − exp(−(t/τ)^stretch), by process time or by requests served (the Weibull form). */
export function fillingCache({ share, tauHours, by, stretch }: Filling): Component {
  return {
    settled: share,
    live: true,
    start:
      () =>
      ({ ageHours, servedHours }) =>
        share * (1 - Math.exp(-(((by === 'time' ? ageHours : servedHours) / tauHours) ** stretch))),
  };
}

/**
 * Distinct keys seen grow as a power of the requests (Heaps' law) until the limit of the cache evicts: no exponential, and
 * a sharp end.
 */
export function boundedKeys({ share, fullAfterHours, exponent }: BoundedKeys): Component {
  return {
    settled: share,
    live: true,
    start:
      () =>
      ({ servedHours }) =>
        share * Math.min(1, (servedHours / fullAfterHours) ** exponent),
  };
}

export interface BoundedKeys {
  share: number;
  /** Hours of mean load until the limit is reached. */
  fullAfterHours: number;
  exponent: number;
}

/** Entries kept for a fixed time (sessions, deduplication, metric windows): as many as came in the last `keptHours`. */
export function keptFor({ share, keptHours }: { share: number; keptHours: number }): Component {
  return {
    settled: share,
    live: true,
    start() {
      let came: { ageHours: number; servedHours: number }[] = [];
      let oldest = 0;
      return ({ ageHours, servedHours, fresh }) => {
        if (fresh) [came, oldest] = [[], 0];
        came.push({ ageHours, servedHours });
        for (let next = came[oldest + 1]; next && next.ageHours < ageHours - keptHours; next = came[oldest + 1])
          oldest += 1;
        const expired = ageHours < keptHours ? 0 : (came[oldest]?.servedHours ?? 0);
        return (share * (servedHours - expired)) / keptHours;
      };
    },
  };
}

/** Files read are cached by the kernel up to the limit of the control group: a straight line, then flat. */
export function pageCache({ share, fullAfterHours }: { share: number; fullAfterHours: number }): Component {
  return {
    settled: share,
    live: false,
    start(draw) {
      let reclaimed = 0;
      return ({ ageHours, stepHours }) => {
        if (ageHours < fullAfterHours) return (share * ageHours) / fullAfterHours;
        // At the limit the kernel reclaims in small batches.
        reclaimed += stepHours / draw.uniform(0.1, 0.6);
        return share * (1 - 0.03 * (reclaimed % 1));
      };
    },
  };
}

/** Young process: code compiled, pools and lazy singletons not yet there. */
export function warmUp({ depth, tauHours }: { depth: number; tauHours: number }): Component {
  return {
    settled: 0,
    live: true,
    start:
      () =>
      ({ ageHours }) =>
        -depth * Math.exp(-ageHours / tauHours),
  };
}

export interface Sawtooth {
  /** Garbage just before a collection. */
  share: number;
  /** Between collections, at mean load where it goes by requests. */
  periodHours: number;
  by: 'time' | 'requests';
  /** Scatter of the period, as a share of it. */
  jitter: number;
  /** Highest share of the garbage that a collection may leave (a partial one). */
  leaves: number;
}

/** Garbage grows until it is collected. */
export function sawtooth({ share, periodHours, by, jitter, leaves }: Sawtooth): Component {
  return {
    settled: 0,
    live: false,
    garbage: true,
    start(draw) {
      let phase = draw.uniform(0, 1);
      let length = periodHours;
      return ({ stepHours, load, fresh }) => {
        if (fresh) phase = 0;
        phase += (stepHours * (by === 'time' ? 1 : load)) / length;
        if (phase >= 1) {
          // Many collections may lie between two readings: what is seen is then any phase.
          phase = phase >= 2 ? draw.uniform(0, 1) : (phase - 1 + draw.uniform(0, leaves)) % 1;
          length = periodHours * Math.max(0.3, 1 + jitter * draw.normal());
        }
        return share * phase;
      };
    },
  };
}
