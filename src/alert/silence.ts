import type { Silence } from '../model/alert.ts';

/** Does a silence hold at an instant? */
export const isActive = ({ fromMs, untilMs, endedMs }: Silence, atMs: number): boolean =>
  fromMs <= atMs && atMs < Math.min(untilMs, endedMs ?? untilMs);
