/**
 * One piece of work in a process of its own. What takes hundreds of megabytes for a second is given back to the system
 * when the process ends; a thread's would stay with us, because the allocator keeps it.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describeError } from './errors.ts';

/** No such work takes longer; a child that hangs must not be waited for. */
const LIMIT_MS = 5 * 60_000;

/** Rows are read, made small and given up: with V8's 16 MB they grow old first, and a third more is taken (bench/judging.ts). */
const SMALL_YOUNG_HEAP = ['--max-semi-space-size=4'];

interface Answer {
  result?: unknown;
  error?: string;
}

/**
 * A module beside `here` to run in a child: compiled code lies there as JavaScript, the repository runs TypeScript as
 * it is.
 */
export const siblingModule = (here: string, name: string): URL =>
  new URL(`./${name}${here.endsWith('.ts') ? '.ts' : '.js'}`, here);

/**
 * Runs `module`, which calls `answerParent`, and resolves to its answer. Rejects with what it failed for, or with
 * the reason of `givenUp`, or after five minutes; the process is gone by then or is being killed.
 */
export function runInChild(module: URL, order: unknown, givenUp?: AbortSignal): Promise<unknown> {
  const limit = AbortSignal.timeout(LIMIT_MS);
  const signal = givenUp === undefined ? limit : AbortSignal.any([givenUp, limit]);
  if (signal.aborted) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  // A group of its own: Ctrl-C in a terminal is for us, and we may still need the answer.
  const child = fork(module, {
    detached: true,
    execArgv: SMALL_YOUNG_HEAP,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2000);
  });
  const cancel = (): void => {
    reject(signal.reason);
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', cancel, { once: true });
  child.once('message', ({ result, error }: Answer) => {
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  });
  child.once('error', reject);
  child.once('close', (code, killedBy) => {
    signal.removeEventListener('abort', cancel);
    reject(new Error(`the process ended (${killedBy ?? code}) without an answer: ${said.trim()}`));
  });
  child.send({ order }, (failed) => {
    if (failed) reject(failed);
  });
  return promise;
}

/** The other end: does the work that the parent orders, answers, and lets the process end. */
export async function answerParent(work: (order: unknown) => Promise<unknown>): Promise<void> {
  const [message] = await once(process, 'message');
  let answer: Answer;
  try {
    answer = { result: await work((message as { order: unknown }).order) };
  } catch (thrown) {
    answer = { error: describeError(thrown) };
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  // A parent that is gone needs no answer.
  if (process.send === undefined || !process.connected) return;
  process.send(answer, () => resolve());
  await promise;
  process.disconnect();
}
