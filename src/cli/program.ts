import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { Clock } from '../base/clock.ts';
import { describeError, EXIT, SoakdError } from '../base/errors.ts';
import { printable, visible } from '../base/visible.ts';
import { DaemonClient, DEFAULT_URL } from './client.ts';
import type { CommandContext, GlobalOptions } from './command.ts';
import { commandFiles } from './commands/registry.ts';
import type { Io } from './io.ts';

/** Runs one command line and resolves to its exit code. Never rejects, never prints a stack trace. */
export async function runProgram(args: string[], terminal: Io, clock: Clock, version: string): Promise<number> {
  let exitCode: number = EXIT.passed;
  // Names and messages come from targets, profiles and files: none of them may command the terminal.
  const io: Io = { ...terminal, out: (text) => terminal.out(printable(text)) };
  const program = createProgram(io, clock, version, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    // Commander has printed its message; help and version end with 0.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.passed : EXIT.badInput;
    io.say(`soakd: ${visible(describeError(thrown))}\n`);
    if (!(thrown instanceof SoakdError)) return EXIT.cannotRun;
    for (const detail of thrown.details) io.say(`  ${visible(detail)}\n`);
    io.say(`hint: ${visible(thrown.hint)}\n`);
    return thrown.exitCode;
  }
}

function createProgram(io: Io, clock: Clock, version: string, exitWith: (code: number) => void): Command {
  const program = new Command('soakd')
    .description('Soaks a service for days along the hours of the day, and says whether it would survive.')
    .version(version)
    .option('--data <folder>', 'store and files of the runs (SOAKD_DATA; ./soakd-data)', io.env.SOAKD_DATA || undefined)
    .option(
      '--url <address>',
      `a daemon to talk to (SOAKD_URL; ${DEFAULT_URL} for commands that need one)`,
      io.env.SOAKD_URL,
    )
    .helpCommand(false)
    .showHelpAfterError('hint: soakd --help lists the commands, soakd COMMAND --help shows an example')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.say(text),
      // Every message of the program begins alike.
      outputError: (text, write) => write(text.replace(/^error: /, 'soakd: ')),
    });
  const globals = (): GlobalOptions => {
    const { data, url } = program.opts<{ data?: string; url?: string }>();
    return { data: resolve(io.cwd, data ?? 'soakd-data'), dataIsDefault: data === undefined, url: url || null };
  };
  const context: CommandContext = {
    io,
    clock,
    exitWith,
    globals,
    daemon: () => new DaemonClient(globals().url ?? DEFAULT_URL, io.env, clock),
    surroundings: () => ({ ...io.system, env: io.env, clock, version, dataFolder: globals().data }),
  };
  for (const register of commandFiles) register(program, context);
  // Sub-commands do not inherit how errors end the program unless told.
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError(`hint: soakd ${command.name()} --help shows an example`);
  return program;
}
