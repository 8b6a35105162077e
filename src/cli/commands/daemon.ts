import { resolve } from 'node:path';
import { type DaemonConfig, defaultDaemonConfig } from '../../daemon/config.ts';
import { configFileReader } from '../../daemon/config-file.ts';
import type { Daemon } from '../../daemon/daemon.ts';
import { type CommandContext, type CommandFile, example } from '../command.ts';

/** `soakd daemon`: the service, until it is told to stop. Live runs are left to the next one. */
export const daemon: CommandFile = (program, context) => {
  program
    .command('daemon')
    .description('the service: HTTP API and runs; resumes what was running; logs JSON on stderr')
    .option('--config <file>', 'configuration, as in config/soakd.yaml')
    .addHelpText('after', example('daemon', 'daemon --config /etc/soakd/soakd.yaml --data /var/lib/soakd'))
    .action(({ config }: { config?: string }) => {
      const file = config === undefined ? null : resolve(context.io.cwd, config);
      return serve(file === null ? defaultDaemonConfig : configFileReader(file), context);
    });
};

async function serve(readConfig: () => DaemonConfig, { io, surroundings, globals }: CommandContext): Promise<void> {
  const config = readConfig();
  // Imported when used: no other command needs an HTTP server.
  const { createLog, Redactor } = await import('../../daemon/log.ts');
  const { startDaemon } = await import('../../daemon/daemon.ts');
  const redactor = new Redactor();
  const log = createLog(config.logLevel, redactor, (line) => io.say(line));
  const { promise: told, resolve: tell } = Promise.withResolvers<string>();
  // Heard from the first moment: a daemon that is told to stop while it gets up stops as soon as it is up.
  const { promise: up, resolve: isUp } = Promise.withResolvers<Daemon>();
  const release = io.onInterrupt((signal) => {
    if (signal !== 'SIGHUP') return tell(signal);
    // Also what comes when a terminal closes: runs that are live would go on without anybody to measure them.
    log.info({ signal }, 'told to read the configuration again; soakd goes on until SIGTERM');
    // What goes wrong is in the log.
    up.then((daemon) => daemon.reload()).catch(() => undefined);
  });
  try {
    const dataFolder = globals().dataIsDefault ? (config.dataFolder ?? globals().data) : globals().data;
    const running = await startDaemon(config, { ...surroundings(), dataFolder, log, redactor, readConfig });
    isUp(running);
    io.out(`${running.url}\n`);
    log.info({ signal: await told }, 'soakd is told to stop');
    await running.stop();
  } finally {
    release();
  }
}
