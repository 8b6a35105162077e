import type { Command } from 'commander';
import type { Clock } from '../base/clock.ts';
import type { Surroundings } from '../daemon/wire.ts';
import type { DaemonClient } from './client.ts';
import type { Io } from './io.ts';

/** Options that every command has. */
export interface GlobalOptions {
  /** Folder of the store and the runs' files. */
  data: string;
  /** Neither --data nor SOAKD_DATA was given. */
  dataIsDefault: boolean;
  /** Address of a daemon; null when none was named. */
  url: string | null;
}

/** What an action is given besides its own arguments. */
export interface CommandContext {
  io: Io;
  clock: Clock;
  globals(): GlobalOptions;
  /** The daemon that --url or SOAKD_URL names, else the one on this machine. */
  daemon(): DaemonClient;
  /** What the wiring needs, without the log that each command has of its own. */
  surroundings(): Omit<Surroundings, 'log'>;
  /** The program's exit code; the last call counts. */
  exitWith(code: number): void;
}

/** One command, one file: adds itself to the program. */
export type CommandFile = (program: Command, context: CommandContext) => void;

/** The help text's last paragraph. */
export const example = (...lines: string[]): string =>
  `\nExample:\n${lines.map((line) => `  $ soakd ${line}`).join('\n')}\n`;
