import { SoakdError } from '../base/errors.ts';
import { quote } from '../base/parsed.ts';

/** Why a file that the profile names cannot be used, from what reading it threw: problem and hint. */
export const unusableFile = (file: string, thrown: unknown): [problem: string, hint: string] =>
  thrown instanceof SoakdError
    ? [`${quote(file)} ${thrown.message}`, thrown.hint]
    : [`${quote(file)} cannot be read`, 'the path is relative to the profile'];
