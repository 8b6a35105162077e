/** The program's entry: the only file that touches `process`. */
import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '../base/clock.ts';
import { EXIT } from '../base/errors.ts';
import { startedByNohup } from '../base/nohup.ts';
import { actorName, type Interrupt, type Io, wantsColour } from './io.ts';
import { runProgram } from './program.ts';

const SIGNALS: readonly Interrupt[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const root = join(import.meta.dirname, '..', '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

// A defect of ours must not end with Node's 1, which says that a soak failed. k6 goes on; the next soakd takes it over.
process.on('uncaughtException', (thrown) => {
  process.stderr.write(`soakd: internal error: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  process.exit(EXIT.cannotRun);
});

// `soakd plan … | head` closes the pipe early: that is no error.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

endWithLauncher();

const io: Io = {
  out: (text) => void process.stdout.write(text),
  say: (text) => void process.stderr.write(text),
  readIn: () => buffer(process.stdin),
  outIsTerminal: process.stdout.isTTY === true,
  sayIsTerminal: process.stderr.isTTY === true,
  columns: process.stdout.columns ?? process.stderr.columns ?? 80,
  colour: wantsColour(process.env, process.stdout.isTTY === true),
  env: process.env,
  cwd: process.cwd(),
  onInterrupt: (listener) => {
    for (const signal of SIGNALS) process.on(signal, listener);
    return () => {
      for (const signal of SIGNALS) process.off(signal, listener);
    };
  },
  keepsOnHangup: startedByNohup(process.env),
  who: actorName(() => userInfo().username, process.getuid?.() ?? null, hostname()),
  system: { root, host: hostname(), pid: process.pid },
};

process.exitCode = await runProgram(process.argv.slice(2), io, systemClock, version);

/** On an old Node bin/soakd is our parent and passes signals on. Killed itself it cannot: then its channel closes. */
function endWithLauncher(): void {
  if (process.env.SOAKD_LAUNCHED === undefined) return;
  delete process.env.SOAKD_LAUNCHED;
  const end = (): void => void process.kill(process.pid, 'SIGTERM');
  process.once('disconnect', end);
  // Nobody waits for what the launcher might say.
  process.channel?.unref();
  if (!process.connected) end();
}
