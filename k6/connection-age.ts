/**
 * When a virtual user gives its connection up. k6 has no idle limit and keeps DNS answers, so load would stay on the
 * instances of the first minute for days. No k6 here: time and chance are arguments, so it can be tested alone.
 */

/** Long against a conversation, short against a roll-out that a soak should notice. */
export const CONNECTION_AGE_MS = 5 * 60_000;

export interface ConnectionAge {
  /** Whether the request sent at `nowMs` should carry `Connection: close`; `leaving`: whatever comes next connects anew. */
  closes(nowMs: number, leaving: boolean): boolean;
}

/** `random` spreads the first age, so that users who begin together do not reconnect together. */
export function connectionAge(random: () => number, maxAgeMs = CONNECTION_AGE_MS): ConnectionAge {
  let openedMs: number | null = null;
  return {
    closes: (nowMs, leaving) => {
      openedMs ??= nowMs - random() * maxAgeMs;
      // A wall clock that was set back must not keep a connection for longer.
      const age = Math.abs(nowMs - openedMs);
      if (!leaving && age < maxAgeMs) return false;
      openedMs = nowMs;
      return true;
    },
  };
}
