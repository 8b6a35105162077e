import { SoakdError } from '../base/errors.ts';
import { FINAL_STATES, type RunState, type Transition } from '../model/run.ts';

/** Where a run may go from where it is; final states lead nowhere. */
const NEXT: Record<RunState, readonly RunState[]> = {
  preparing: ['warming_up', 'running', 'finishing'],
  warming_up: ['running', 'paused', 'finishing'],
  running: ['paused', 'finishing'],
  paused: ['warming_up', 'running', 'finishing'],
  finishing: FINAL_STATES,
  passed: [],
  failed: [],
  inconclusive: [],
  aborted: [],
  rehearsed: [],
};

/** True when a run in state `from` may go to `to`; `null` is before the first state. */
export const mayGo = (from: RunState | null, to: RunState): boolean =>
  from === null ? to === 'preparing' : NEXT[from].includes(to);

/** The row of one step of the state machine. Throws a SoakdError `illegal_transition` for a step that does not exist. */
export function transition(from: RunState | null, to: RunState, atMs: number, reason: string): Transition {
  if (!mayGo(from, to)) {
    throw new SoakdError(`a run that is ${from ?? 'not created'} cannot become ${to}`, {
      code: 'illegal_transition',
      hint:
        from === null
          ? 'a run begins as preparing'
          : `from ${from} it may become: ${NEXT[from].join(', ') || 'nothing'}`,
      httpStatus: 409,
    });
  }
  return { atMs, from, to, reason };
}

/** The present state that stored transitions tell, `preparing` when there is none yet. */
export const stateOf = (transitions: readonly Transition[]): RunState => transitions.at(-1)?.to ?? 'preparing';
