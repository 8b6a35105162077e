import type { SoakLog } from '../soak/context.ts';

/** The log of a foreground run: what went wrong, as lines for people. Events and states are shown as such already. */
export function foregroundLog(note: (text: string) => void): SoakLog {
  return {
    info: () => undefined,
    warn: (fields, message) => {
      // An event is told by the run itself.
      if (!('kind' in fields)) note(`warning: ${message}${reasonIn(fields)}`);
    },
    error: (fields, message) => note(`error: ${message}${reasonIn(fields)}`),
  };
}

const reasonIn = (fields: object): string => ('reason' in fields ? `: ${String(fields.reason)}` : '');
