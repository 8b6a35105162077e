import type { RunRows } from '../verdict/rows.ts';
import { actionText } from './action-text.ts';

/** A line of the table of events: what was seen, or what an operator did. */
export interface Happened {
  atMs: number;
  kind: string;
  severity: string;
  message: string;
}

/** When the list is long, errors and what operators did stay before warnings, warnings before the rest. */
const WEIGHT = ['error', 'operator', 'warning', 'info'];

/** Events and operators' actions in order of time, at most `most` of them; `left`: how many more there are. */
export function happenedIn({ run, events, actions }: RunRows, most: number): { told: Happened[]; left: number } {
  const all: Happened[] = [
    ...events.map(({ atMs, kind, severity, message }) => ({ atMs, kind, severity, message })),
    ...actions.map((action) => ({
      atMs: action.atMs,
      kind: action.kind,
      severity: 'operator',
      message: `${action.who}: ${actionText(action, run, actions)}`,
    })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  const weight = ({ severity }: Happened): number => WEIGHT.indexOf(severity);
  const told = all
    .toSorted((a, b) => weight(a) - weight(b))
    .slice(0, most)
    .toSorted((a, b) => a.atMs - b.atMs);
  return { told, left: all.length - told.length };
}
