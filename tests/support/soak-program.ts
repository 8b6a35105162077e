/**
 * A program that carries on the unfinished soaks of its data folder, or begins the one it is told, and ends when none
 * is left: what `soakd` is made of without its HTTP server, for tests that kill it. Tells what happens as JSON lines
 * on stdout.
 */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { systemClock } from '../../src/base/clock.ts';
import { UndoStack } from '../../src/base/undo.ts';
import { wire } from '../../src/daemon/wire.ts';

const options = z
  .strictObject({ data: z.string(), profile: z.string(), target: z.string(), rehearseMs: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const tell = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const log = (fields: object, message: string): void => {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
};

const undo = new UndoStack(systemClock);
const { soaks } = await wire(
  {
    dataFolder: options.data,
    root: resolve('.'),
    env: process.env,
    clock: systemClock,
    log: { info: log, warn: log, error: log },
    host: hostname(),
    pid: process.pid,
    version: 'test',
  },
  undo,
);
soaks.subscribe((signal) => {
  if (signal.type === 'state') tell({ state: signal.state });
  else if (signal.type === 'event') tell({ event: signal.event.kind, data: signal.event.data });
  else tell({ started: signal.status.iterations.started });
});
const carried = await soaks.recover({ mode: 'carry_on' });
if (carried.length === 0) {
  await soaks.start({
    profileSource: options.profile,
    profileName: 'profile.yaml',
    targetUrl: options.target,
    rehearseMs: options.rehearseMs,
    who: 'test',
  });
}
for (const runId of soaks.live()) await soaks.left(runId);
await undo.unwind();
