import { EXIT, SoakdError } from '../base/errors.ts';
import type { PlanEdit } from '../model/plan.ts';
import type { Action, RunState } from '../model/run.ts';
import type { ActionRequest } from './control.ts';

/** Less than this of the base is no load to speak of: `pause` says what is meant. */
export const MIN_FACTOR = 0.01;
/** More than this times the base is a slip of the keyboard, not a load test. */
export const MAX_FACTOR = 100;
/** A soak longer than 30 days is a monitor. */
const MAX_EXTENSION_MS = 30 * 24 * 3_600_000;
const MAX_TEXT = 2000;

/** The plan edits among actions, in the order in which they were made. */
export const editsOf = (actions: readonly Action[]): PlanEdit[] =>
  actions.flatMap((action) => (action.edit === null ? [] : [action.edit]));

/** True when the last of pause and resume was pause. */
export function isPaused(edits: readonly PlanEdit[]): boolean {
  return edits.findLast((edit) => edit.kind === 'pause' || edit.kind === 'resume')?.kind === 'pause';
}

/**
 * The audit row of an operator's wish at `nowMs`. Throws a SoakdError with status 409 when the run is in no state for
 * it: `already_paused`, `not_paused`, else `action_refused`; `action_invalid` (400) when it makes no sense. To pause
 * what is paused is refused and not done again: two operators who both mean to pause should learn of each other.
 */
export function actionRow(
  request: ActionRequest,
  run: { state: RunState; edits: readonly PlanEdit[] },
  nowMs: number,
): Omit<Action, 'id'> {
  const row = (text: string, edit: PlanEdit | null): Omit<Action, 'id'> => ({
    atMs: nowMs,
    who: request.who,
    kind: request.kind,
    text,
    edit,
  });
  if (request.kind === 'annotate') {
    const text = request.text.trim();
    if (text === '' || text.length > MAX_TEXT) {
      throw invalid(`an annotation has between 1 and ${MAX_TEXT} characters`, 'say what happened in a sentence');
    }
    return row(text, null);
  }
  if (run.state === 'finishing') throw refused(`the run is finishing: ${request.kind} comes too late`);
  switch (request.kind) {
    case 'stop':
      return row('stop', null);
    case 'rate': {
      const { factor, forMs } = request;
      if (!(factor >= MIN_FACTOR && factor <= MAX_FACTOR)) {
        throw invalid(
          `the rate's factor is ${factor}`,
          `give a factor from ${MIN_FACTOR} to ${MAX_FACTOR}; 1 is the profile's own rate, \`pause\` stops the load`,
        );
      }
      if (forMs !== null && !(forMs > 0))
        throw invalid('the time of a rate change must be positive', 'for example --for 1h');
      const untilMs = forMs === null ? null : nowMs + forMs;
      return row(`rate × ${factor}`, { kind: 'rate', atMs: nowMs, factor, untilMs });
    }
    case 'pause':
      if (isPaused(run.edits)) {
        throw conflict('already_paused', 'the run is paused already', '`soakd resume` lets the load go on');
      }
      if (run.state === 'preparing') throw refused('the load has not begun: there is nothing to pause');
      return row('pause', { kind: 'pause', atMs: nowMs });
    case 'resume':
      if (!isPaused(run.edits)) {
        throw conflict(
          'not_paused',
          'the run is not paused',
          '`soakd pause` would; `soakd status` tells how it stands',
        );
      }
      return row('resume', { kind: 'resume', atMs: nowMs });
    case 'extend':
      if (!(request.byMs > 0) || request.byMs > MAX_EXTENSION_MS) {
        throw invalid('a run is extended by more than nothing and at most 30 days', 'for example `extend RUN 12h`');
      }
      return row('extend', { kind: 'extend', atMs: nowMs, byMs: request.byMs });
  }
}

const conflict = (code: string, message: string, hint: string): SoakdError =>
  new SoakdError(message, { code, hint, exitCode: EXIT.badInput, httpStatus: 409 });

const refused = (message: string): SoakdError =>
  conflict('action_refused', message, '`soakd status` tells the state of the run');

const invalid = (message: string, hint: string): SoakdError =>
  new SoakdError(message, { code: 'action_invalid', hint, exitCode: EXIT.badInput, httpStatus: 400 });
