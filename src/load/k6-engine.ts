/** The load engine of the product: k6 as a process of its own, with files between (architecture decisions 2 and 14). */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import { systemCode } from '../base/file-errors.ts';
import { isAlive, offerToOomKiller, processArguments, processIds, processStat } from '../base/proc.ts';
import type { Workload } from '../model/profile.ts';
import type { LoadProcessRow } from '../model/run.ts';
import { type LoadEngine, type LoadOrder, spoolFileOf } from './engine.ts';
import { checkK6, type K6Binary } from './k6-binary.ts';
import { k6Arguments, k6ConfigFileOf, k6Variables, outputArgument, settingsFileOf } from './k6-command.ts';
import type { RawExit } from './k6-exit.ts';
import { logFileOf } from './k6-log.ts';
import { K6_OOM_THOUSANDTHS, k6MemoryVariables } from './k6-memory.ts';
import { goneFromProc, type K6ProcessContext, k6Process } from './k6-process.ts';
import { loadSettings } from './load-settings.ts';
import { ownScriptEntry } from './own-script.ts';
import { writePlanFile } from './plan-file.ts';
import { readSpool } from './spool.ts';
import { k6Environment } from './workload-environment.ts';

export interface K6EngineOptions {
  clock: Clock;
  /** The k6 that carries soakd's extension (src/load/k6-binary.ts finds it). */
  k6Path: string;
  /** Who named it: decides what the hint says when it is not the right one. */
  k6Source?: K6Binary['source'];
  /** Where k6/conversation.ts and its neighbours are. */
  scriptsFolder: string;
  /** The environment that k6 inherits and that `env:NAME` refers to. */
  env: Readonly<Record<string, string | undefined>>;
  /** What k6 and its owner may use together, asked at each start; null without a limit. None, without it. */
  memoryLimitBytes?: () => number | null;
  /** One line for people, about what went wrong and was dealt with. */
  log?: (message: string) => void;
  /** Aborted when the owner ends: k6 goes on, and nothing waits for it here any more. */
  signal?: AbortSignal;
}

/** k6 as the load engine. Linux only: processes are found again through /proc. */
export function createK6Engine(options: K6EngineOptions): LoadEngine {
  const { clock, env } = options;
  const k6Path = resolve(options.k6Path);
  const scriptsFolder = resolve(options.scriptsFolder);
  const log = options.log ?? (() => undefined);
  const memoryLimitBytes = options.memoryLimitBytes ?? (() => null);
  const context: K6ProcessContext = { clock, log, signal: options.signal ?? new AbortController().signal };

  let checked: Promise<unknown> | null = null;
  const check = async (): Promise<void> => {
    checked ??= checkK6({ path: k6Path, source: options.k6Source ?? 'SOAKD_K6' });
    try {
      await checked;
    } catch (thrown) {
      // It may be built or repaired before the next start.
      checked = null;
      throw thrown;
    }
  };

  return {
    async start(given, signal) {
      const order = inAbsoluteFolder(given);
      await check();
      const processId = checkedProcessId(order.processId ?? `${order.runId}-${randomUUID().slice(0, 8)}`);
      const environment = {
        ...k6Environment(env, order.profile.workload),
        ...k6Variables(order.folder, order.targetUrl),
        ...k6MemoryVariables(memoryLimitBytes(), env),
      };
      const script = await writeOrder(order, processId, scriptsFolder);
      signal.throwIfAborted();

      const args = k6Arguments({ script, folder: order.folder, processId });
      const startedMs = clock.now();
      const { pid, gone } = await startDetached(
        k6Path,
        args,
        environment,
        order.folder,
        logFileOf(order.folder, processId),
      );
      offerFirst(pid, log);
      const row: LoadProcessRow = {
        processId,
        pid,
        // Gone already: then nobody will look for it either.
        startTicks: processStat(pid)?.startTicks ?? 0,
        startedMs,
        spoolFile: spoolFileOf(order.folder, processId),
        committedOffset: 0,
        exitedMs: null,
        exitReason: null,
      };
      const process = k6Process({ row, gone, ...worksOn(order, processId) }, context);
      if (signal.aborted) {
        await process.kill();
        signal.throwIfAborted();
      }
      return process;
    },

    async adopt(row, given) {
      const order = inAbsoluteFolder(given);
      const identity = row.pid === 0 ? findByName(order, row.processId) : stillThere(row, order);
      if (identity === null) return null;
      const found: LoadProcessRow = { ...row, ...identity };
      return k6Process(
        { row: found, gone: goneFromProc(identity, context), ...worksOn(order, row.processId) },
        context,
      );
    },

    async readWindows(row, offset) {
      const batch = await readSpool(row.spoolFile, offset);
      if (batch.firstReason !== null) log(`${row.spoolFile} from byte ${offset}: ${batch.firstReason}`);
      return {
        windows: batch.windows,
        nextOffset: batch.nextOffset,
        corruptRecords: batch.corruptRecords + batch.foreignRecords,
        more: batch.more,
      };
    },
  };
}

/** k6 works in the run's folder, and is found by the folder's name wherever the next daemon is started from. */
function inAbsoluteFolder(order: LoadOrder): LoadOrder {
  const folder = resolve(order.folder);
  // In k6's argument `--out soakd=<path>?<options>` the path ends at the first question mark.
  if (!folder.includes('?')) return { ...order, folder };
  throw new SoakdError(`k6 cannot write to ${folder}`, {
    code: 'folder_unusable',
    hint: 'choose a folder without "?" in its path',
  });
}

const worksOn = (order: LoadOrder, processId: string) => ({
  folder: order.folder,
  logFile: logFileOf(order.folder, processId),
  plan: order.plan,
});

/** The id becomes a file name and part of k6's `--out` argument. */
function checkedProcessId(processId: string): string {
  if (/^[\w.-]+$/.test(processId)) return processId;
  throw new RangeError(`process id "${processId}" may only hold letters, digits, "_", "." and "-"`);
}

const ENTRIES: Record<Exclude<Workload['kind'], 'script'>, string> = {
  chat: 'conversation.ts',
  requests: 'requests.ts',
};

/** Writes everything that k6 will read, and returns the script to run. */
async function writeOrder(order: LoadOrder, processId: string, scriptsFolder: string): Promise<string> {
  const { folder } = order;
  const { workload } = order.profile;
  await mkdir(folder, { recursive: true });
  await writePlanFile(folder, order.plan);
  await writeFileAtomic(settingsFileOf(folder), `${JSON.stringify(loadSettings(order, processId), null, 2)}\n`);
  await writeFileAtomic(k6ConfigFileOf(folder), '{}\n');
  if (workload.kind !== 'script') return join(scriptsFolder, ENTRIES[workload.kind]);
  const entry = join(folder, 'own-script.js');
  await writeFileAtomic(entry, ownScriptEntry(workload, scriptsFolder));
  return entry;
}

/** Starts k6 in a session and process group of its own, with nothing piped, so that it outlives us. */
async function startDetached(
  k6Path: string,
  args: string[],
  env: Record<string, string>,
  cwd: string,
  logFile: string,
): Promise<{ pid: number; gone: Promise<RawExit> }> {
  const logHandle = await open(logFile, 'a', 0o600);
  try {
    const child = spawn(k6Path, args, { cwd, env, detached: true, stdio: ['ignore', logHandle.fd, logHandle.fd] });
    const gone = new Promise<RawExit>((resolve) => {
      child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    if (child.pid === undefined) throw new Error('k6 was started without a process id');
    return { pid: child.pid, gone };
  } catch (thrown) {
    throw new SoakdError(`k6 cannot be started from ${k6Path}`, {
      code: 'k6_missing',
      hint: 'run `soakd setup`, or name a k6 built with the soakd extension in SOAKD_K6',
      cause: thrown,
    });
  } finally {
    await logHandle.close();
  }
}

/** Without it k6 works as well; only the kernel may take the wrong one. */
function offerFirst(pid: number, log: (message: string) => void): void {
  try {
    offerToOomKiller(pid, K6_OOM_THOUSANDTHS);
  } catch (thrown) {
    if (systemCode(thrown) !== 'ENOENT') log(`k6 is not the first to go when memory ends: ${describeError(thrown)}`);
  }
}

type Identity = Pick<LoadProcessRow, 'pid' | 'startTicks'>;

/** The process of `row` unless it is gone, or its pid belongs to another process by now. */
function stillThere(row: LoadProcessRow, order: LoadOrder): Identity | null {
  const stat = processStat(row.pid);
  // Linux shows threads under their own numbers too: only the leader of the group is k6 itself.
  if (stat === null || !isAlive(stat) || stat.processGroup !== row.pid || stat.startTicks !== row.startTicks)
    return null;
  return worksFor(row.pid, order, row.processId) ? { pid: row.pid, startTicks: row.startTicks } : null;
}

/** A process that was started but whose pid was never written down. */
function findByName(order: LoadOrder, processId: string): Identity | null {
  for (const pid of processIds()) {
    const stat = processStat(pid);
    if (stat === null || !isAlive(stat) || stat.processGroup !== pid || !worksFor(pid, order, processId)) continue;
    return { pid, startTicks: stat.startTicks };
  }
  return null;
}

const worksFor = (pid: number, order: LoadOrder, processId: string): boolean =>
  processArguments(pid).includes(outputArgument(order.folder, processId));
