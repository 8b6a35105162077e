import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootTimeMs } from '../base/boot-time.ts';
import type { Clock } from '../base/clock.ts';
import { EXIT, SoakdError } from '../base/errors.ts';
import { makeFolder } from '../base/folder.ts';
import { ownMemoryLimitBytes } from '../base/own-process.ts';
import { type Random, seededRandom } from '../base/random.ts';
import type { UndoStack } from '../base/undo.ts';
import { baselinesOf } from '../compare/baselines-of-run.ts';
import { type RingingDutyStore, ringing } from '../duty/deliver/ringing-duty-store.ts';
import { type K6Binary, k6BinaryPath } from '../load/k6-binary.ts';
import { createK6Engine } from '../load/k6-engine.ts';
import type { Run } from '../model/run.ts';
import { generatorSource } from '../sample/own/generator.ts';
import { selfSource } from '../sample/own/self.ts';
import { samplerPlugins, samplerSchemas } from '../sample/registry.ts';
import { defaultSettings, type SoakContext, type SoakLog } from '../soak/context.ts';
import { judgeApart } from '../soak/judge-apart.ts';
import { type PreflightPorts, preflight, requireReady } from '../soak/preflight.ts';
import { profileReader, type ReadProfile } from '../soak/read-profile.ts';
import { Soaks } from '../soak/soaks.ts';
import { BufferedStore } from '../store/buffered-store.ts';
import type { DutyStore } from '../store/duty-store.ts';
import { openSqliteDutyStore, openSqliteStore } from '../store/sqlite/open.ts';
import { holderAliveOn, holderName } from './holder.ts';
import { measureApart } from './measure-apart.ts';
import { preflightPorts } from './preflight-ports.ts';
import type { ProfileFiles } from './profile-files.ts';
import { renderApart } from './render-apart.ts';
import { writeRenderedReports } from './report-files.ts';
import { claimsFolder, targetClaims } from './target-claims.ts';

export interface Surroundings {
  /** Absolute. */
  dataFolder: string;
  /** Folder of the checkout, package or image: k6 scripts and, in a checkout, the extension's sources. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  log: SoakLog;
  host: string;
  pid: number;
  version: string;
  /** Of profiles that somebody else sends: what stands in these files is not told. Every file, without it. */
  profileFiles?: ProfileFiles;
}

/** Everything that runs need, wired together: the same for `soakd run` and the daemon. */
export interface House {
  dataFolder: string;
  soaks: Soaks;
  store: BufferedStore;
  duty: DutyStore;
  /** Calls the listener each time that messages were put into the outbox. */
  onEnqueued: RingingDutyStore['onEnqueued'];
  storeFile: string;
  k6: K6Binary;
  readProfile: ReadProfile;
  context: SoakContext;
}

/** Makes the data folder, or one in it. Throws a SoakdError `folder_unusable`. */
export const makeDataFolder = (path: string): void => makeFolder(path, '--data or SOAKD_DATA');

export const storeFileIn = (dataFolder: string): string => join(dataFolder, 'soakd.db');
export const runFolderIn = (dataFolder: string, runId: string): string => join(dataFolder, 'runs', runId);

/** Builds the house; the undo stack leaves every run for the next soakd and closes the store. */
export async function wire(surroundings: Surroundings, undo: UndoStack): Promise<House> {
  const { dataFolder, root, env, clock, log, host, pid, version, profileFiles } = surroundings;
  const random: Random = seededRandom(pid * 1_000_003 + Math.floor(clock.now()));
  makeDataFolder(dataFolder);
  const storeFile = storeFileIn(dataFolder);
  const opened = await openSqliteStore({ file: storeFile, clock });
  const store = new BufferedStore(opened, { clock, random });
  // The buffer, not what lies behind it: else it goes on trying to write what waits, and the process never ends.
  undo.push('close the store', () => store.close());
  const { duty, onEnqueued } = ringing(await openSqliteDutyStore({ file: storeFile, clock }));
  undo.push('close the rows about duty', () => duty.close());

  const k6 = k6BinaryPath(env, root);
  const leaving = new AbortController();
  const engine = createK6Engine({
    clock,
    k6Path: k6.path,
    k6Source: k6.source,
    scriptsFolder: join(root, 'k6'),
    env,
    memoryLimitBytes: ownMemoryLimitBytes,
    log: (message) => log.warn({}, message),
    signal: leaving.signal,
  });
  undo.push('leave the load processes', () => leaving.abort());

  const systemTimezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Made for each profile: the folder of their files may be another one after a reload.
  const readProfile: ReadProfile = (request) => {
    const files =
      profileFiles === undefined
        ? { readFile: (path: string) => readFileSync(path, 'utf8') }
        : { readFile: profileFiles.read, baseFolder: profileFiles.folder, quoteFiles: false };
    return profileReader({ ...files, samplerSchemas, systemTimezone })(request);
  };
  const secret = secretFrom(env);
  const checkPorts = preflightPorts({
    ...{ clock, k6, dataFolder, secret, env },
    store: async () => {
      await store.runs({ limit: 1 });
      return `${storeFile} can be used`;
    },
  });
  const holder = holderName(host, pid);
  const holderAlive = holderAliveOn(host);
  const context: SoakContext = {
    clock,
    random,
    store,
    storeHealth: () => store.health(),
    flushStore: (signal) => store.flush(signal),
    engine,
    samplerPlugins,
    ownSources: (generator, ownUndo) => [generatorSource(generator), selfSource({ clock, undo: ownUndo })],
    secret,
    judge: judgeApart(storeFile),
    writeReport: async (run, folder) => writeRenderedReports(await renderApart(storeFile, run.id), folder),
    folderFor: async (runId) => {
      const folder = runFolderIn(dataFolder, runId);
      makeDataFolder(folder);
      return folder;
    },
    preflight: (run) => refuseUnready(run, checkPorts, log),
    baselines: (run) => baselinesOf(run, { store, duty }, (runIds) => measureApart(storeFile, runIds)),
    bootMs: bootTimeMs,
    holder,
    holderAlive,
    targetClaims: targetClaims(claimsFolder(env), { dataFolder, holder, pid }, holderAlive, log),
    soakdVersion: version,
    log,
    settings: defaultSettings,
  };
  const soaks = new Soaks(context, readProfile);
  undo.push('leave the runs to the next soakd', () => soaks.close());
  return { dataFolder, soaks, store, duty, onEnqueued, storeFile, k6, readProfile, context };
}

/** A run that cannot begin well does not begin; what only makes it poorer is told. A start to come may wait for its target. */
async function refuseUnready(run: Run, ports: PreflightPorts, log: SoakLog): Promise<void> {
  const later = run.startMs - ports.clock.now() > SOON_MS;
  const checks = await preflight(ports, later ? { ...run, targetUrl: null } : run, new AbortController().signal);
  for (const { subject, status, finding, hint } of checks) {
    if (status === 'warning') log.warn({ subject, reason: finding, hint }, `${subject} may be trouble`);
  }
  requireReady(checks);
}

/** Whose start is farther away than this is not asked yet. */
const SOON_MS = 60_000;

/** Settings that say `env:NAME` are read from the environment when they are used, so that no secret is stored. */
export function secretFrom(env: Surroundings['env']): (value: string) => string {
  return (value) => {
    const name = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(value)?.[1];
    if (name === undefined) return value;
    const found = env[name];
    if (found === undefined) {
      throw new SoakdError(`the environment has no ${name}`, {
        code: 'variable_missing',
        hint: `set ${name} where soakd runs; the profile refers to it as ${value}`,
        exitCode: EXIT.badInput,
        httpStatus: 422,
      });
    }
    return found;
  };
}

/** Version of soakd, from its package. */
export async function packageVersion(root: string): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8');
  const version: unknown = JSON.parse(text).version;
  return typeof version === 'string' ? version : 'unknown';
}
