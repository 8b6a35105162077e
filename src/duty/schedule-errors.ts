import { EXIT, SoakdError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';

/** No entry of this name. */
export const entryUnknown = (name: string, known: readonly string[]): SoakdError => {
  const like = nearest(name, known);
  return new SoakdError(`the schedule has no entry ${name}`, {
    code: 'entry_unknown',
    hint: like === null ? '`soakd schedule` lists them' : `did you mean ${like}?`,
    exitCode: EXIT.badInput,
    httpStatus: 404,
  });
};

/** Asked for twice within a millisecond. */
export const startedTwice = (name: string): SoakdError =>
  new SoakdError(`${name} is started at this very moment`, {
    code: 'start_settled',
    hint: '`soakd schedule history` tells what became of it',
    httpStatus: 409,
  });

/** One entry cannot be resumed alone. */
export const allPaused = (name: string): SoakdError =>
  new SoakdError(`the whole schedule is paused, ${name} with it`, {
    code: 'schedule_paused',
    hint: '`soakd schedule resume` resumes all',
    exitCode: EXIT.badInput,
    httpStatus: 409,
  });
