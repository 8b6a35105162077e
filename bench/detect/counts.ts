/** Whole numbers: connections, threads, descriptors. In units, not in shares; the series is rounded at the end. */
import type { Component } from './component.ts';

export interface Pool {
  /** Never fewer, never more. */
  min: number;
  max: number;
  /** Needed at median load. */
  needed: number;
  /** How long an idle one is kept. */
  idleHours: number;
}

/** A pool of connections: opened as soon as one is missing, closed when idle for long enough. */
export function pool({ min, max, needed, idleHours }: Pool): Component {
  return {
    settled: 'measured',
    live: true,
    start(draw) {
      let open = min;
      let away = 0;
      return ({ load, stepHours, fresh }) => {
        if (fresh) open = min;
        away = 0.7 * away + 0.714 * draw.normal();
        const wanted = needed * load + Math.sqrt(needed * load) * away;
        open = wanted > open ? wanted : open + (wanted - open) * (1 - Math.exp(-stepHours / idleHours));
        return Math.min(max, Math.max(min, open));
      };
    },
  };
}

/** In use at the moment of the reading: Poisson around the load, with some memory from reading to reading. */
export function inUse({ mean, keep }: { mean: number; keep: number }): Component {
  return {
    settled: mean,
    live: true,
    start(draw) {
      let away = 0;
      return ({ load }) => {
        away = keep * away + Math.sqrt(1 - keep * keep) * draw.normal();
        return Math.max(0, mean * load + Math.sqrt(mean * load) * away);
      };
    },
  };
}

/** Threads of an executor: as many as were ever needed at once, up to its limit. */
export function threads({ core, max, needed }: { core: number; max: number; needed: number }): Component {
  return {
    settled: 'measured',
    live: true,
    start(draw) {
      let most = core;
      return ({ load, fresh }) => {
        if (fresh) most = core;
        most = Math.max(most, Math.min(max, draw.poisson(needed * load)));
        return most;
      };
    },
  };
}
