import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, SoakdError } from '../../base/errors.ts';
import { whyUnreadable } from '../../base/file-errors.ts';
import { formatProblem } from '../../config/profile.ts';
import { type DaemonConfig, defaultDaemonConfig, readDaemonConfig } from '../../daemon/config.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';

/** `soakd daemon`: the service, until it is told to stop. Live runs are left to the next one. */
export const daemon: CommandFile = (program, context) => {
  program
    .command('daemon')
    .description('the service: HTTP API and runs; resumes what was running; logs JSON on stderr')
    .option('--config <file>', 'configuration, as in config/soakd.yaml')
    .addHelpText('after', example('daemon', 'daemon --config /etc/soakd/soakd.yaml --data /var/lib/soakd'))
    .action((options: { config?: string }) => serve(configOf(options.config, context.io.cwd), context));
};

async function serve(config: DaemonConfig, { io, surroundings, globals }: CommandContext): Promise<void> {
  // Imported when used: no other command needs an HTTP server.
  const { createLog, Redactor } = await import('../../daemon/log.ts');
  const { startDaemon } = await import('../../daemon/daemon.ts');
  const redactor = new Redactor();
  const log = createLog(config.logLevel, redactor, (line) => io.say(line));
  const { promise: told, resolve: tell } = Promise.withResolvers<string>();
  // Heard from the first moment: a daemon that is told to stop while it gets up stops as soon as it is up.
  const release = io.onInterrupt((signal) => {
    // Runs that are live would go on without anybody to measure them.
    if (signal === 'SIGHUP') log.info({ signal }, 'the terminal is gone; soakd goes on until SIGTERM');
    else tell(signal);
  });
  try {
    const dataFolder = globals().dataIsDefault ? (config.dataFolder ?? globals().data) : globals().data;
    const running = await startDaemon(config, { ...surroundings(), dataFolder, log, redactor });
    io.out(`${running.url}\n`);
    log.info({ signal: await told }, 'soakd is told to stop');
    await running.stop();
  } finally {
    release();
  }
}

function configOf(file: string | undefined, cwd: string): DaemonConfig {
  if (file === undefined) return defaultDaemonConfig();
  const path = resolve(cwd, file);
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    const { problem, hint } = whyUnreadable(cause);
    throw invalid(`the configuration ${path} cannot be read: ${problem}`, [], hint);
  }
  const read = readDaemonConfig(source, path);
  if (read.ok) return read.config;
  throw invalid(
    'the configuration is not valid',
    read.problems.map(formatProblem),
    'docs/operations.md describes every key',
  );
}

const invalid = (message: string, details: string[], hint: string): SoakdError =>
  new SoakdError(message, { code: 'config_invalid', details, hint, exitCode: EXIT.badInput });
