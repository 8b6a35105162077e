import { spawn } from 'node:child_process';
import { type Clock, sleeps } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';

type Env = Readonly<Record<string, string | undefined>>;

const PROGRESS_EVERY_MS = 10_000;
const LAST_LINES = 15;

/** What a step needs of its surroundings. */
export interface StepPorts {
  clock: Clock;
  /** Talk, for people: one line. */
  say(text: string): void;
}

/** Runs a program; says every ten seconds that it is still at it. Its talk is told only when it fails, with the error. */
export async function step(
  { clock, say }: StepPorts,
  doing: string,
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Env } = {},
): Promise<void> {
  say(`${doing} …`);
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const talk: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => talk.push(text));
  }
  const over = new AbortController();
  const progress = (async () => {
    while (await sleeps(clock, PROGRESS_EVERY_MS, over.signal)) say(`${doing}: still at it`);
  })();
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => (code === 0 ? resolve() : reject(new Error(`ended with ${code ?? signal}`))));
    });
  } catch (thrown) {
    const lastLines = talk.join('').trim().split('\n').slice(-LAST_LINES).join('\n');
    throw new Error(`${doing}: ${program} ${describeError(thrown)}\n${lastLines}`);
  } finally {
    over.abort();
    await progress;
  }
}
