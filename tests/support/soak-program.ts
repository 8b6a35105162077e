/**
 * A program that carries on the unfinished soaks of its data folder, or begins the one it is told, and ends when none
 * is left: the core of daemon and `run`, with the real k6 and store, for tests that kill it. Tells what happens as
 * JSON lines on stdout.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { bootTimeMs } from '../../src/base/boot-time.ts';
import { systemClock } from '../../src/base/clock.ts';
import { holderAlive, thisHolder } from '../../src/base/holder.ts';
import { seededRandom } from '../../src/base/random.ts';
import { createK6Engine } from '../../src/load/k6-engine.ts';
import { defaultSettings } from '../../src/soak/context.ts';
import { judgeInWorker } from '../../src/soak/judge-in-worker.ts';
import { profileReader } from '../../src/soak/read-profile.ts';
import { Soaks } from '../../src/soak/soaks.ts';
import { BufferedStore } from '../../src/store/buffered-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/open.ts';

const options = z
  .strictObject({ data: z.string(), k6: z.string(), profile: z.string(), target: z.string(), rehearseMs: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const tell = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const clock = systemClock;
const random = seededRandom(clock.now());
const file = join(options.data, 'soakd.db');
const store = new BufferedStore(await openSqliteStore({ file, clock }), { clock, random });
const log = (fields: object, message: string): void => {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
};

const soaks = new Soaks(
  {
    clock,
    random,
    store,
    storeHealth: () => store.health(),
    flushStore: (signal) => store.flush(signal),
    engine: createK6Engine({ clock, k6Path: options.k6, scriptsFolder: resolve('k6'), env: process.env }),
    samplerPlugins: [],
    ownSources: () => [],
    secret: (value) => value,
    judge: judgeInWorker(file),
    writeReport: (_run, folder, verdict) => writeFile(join(folder, 'report.json'), JSON.stringify(verdict)),
    folderFor: async (runId) => {
      const folder = join(options.data, 'runs', runId);
      await mkdir(folder, { recursive: true });
      return folder;
    },
    preflight: () => Promise.resolve(),
    bootMs: bootTimeMs,
    holder: thisHolder(),
    holderAlive,
    soakdVersion: 'test',
    log: { info: log, warn: log, error: log },
    settings: defaultSettings,
  },
  profileReader({ readFile: () => '' }),
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
await store.close();
