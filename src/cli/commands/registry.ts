import type { CommandFile } from '../command.ts';
import { run } from './run.ts';
import { validate } from './validate.ts';

/** Every command, in the order of the help text. */
export const commandFiles: readonly CommandFile[] = [run, validate];
