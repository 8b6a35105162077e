import { describe, expect, it } from 'vitest';
import type { Interrupt } from './io.ts';
import { presses } from './presses.ts';

/** What is told when these signals come, each so many milliseconds after the one before. */
function told(signals: [afterMs: number, Interrupt][]): string[] {
  let nowMs = 0;
  const said: string[] = [];
  const listener = presses(
    { monotonicMs: () => nowMs },
    () => said.push('finish'),
    () => said.push('kill'),
  );
  for (const [afterMs, signal] of signals) {
    nowMs += afterMs;
    listener(signal);
  }
  return said;
}

describe('presses of Ctrl-C', () => {
  it('finish first and kill then', () => {
    expect(told([[0, 'SIGINT']])).toEqual(['finish']);
    expect(
      told([
        [0, 'SIGINT'],
        [2000, 'SIGINT'],
        [2000, 'SIGINT'],
      ]),
    ).toEqual(['finish', 'kill']);
    expect(
      told([
        [0, 'SIGTERM'],
        [10_000, 'SIGTERM'],
      ]),
    ).toEqual(['finish', 'kill']);
  });

  it('are one when they come twice at once, as from timeout(1) or a service manager', () => {
    expect(
      told([
        [0, 'SIGTERM'],
        [1, 'SIGTERM'],
        [300, 'SIGHUP'],
        [400, 'SIGTERM'],
      ]),
    ).toEqual(['finish']);
  });

  it('finish when the terminal closes, and never kill by it', () => {
    expect(
      told([
        [0, 'SIGHUP'],
        [3000, 'SIGHUP'],
      ]),
    ).toEqual(['finish']);
    expect(
      told([
        [0, 'SIGINT'],
        [3000, 'SIGHUP'],
        [3000, 'SIGINT'],
      ]),
    ).toEqual(['finish', 'kill']);
  });
});
