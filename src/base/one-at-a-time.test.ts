import { describe, expect, it } from 'vitest';
import { OneAtATime } from './one-at-a-time.ts';

describe('work that is done one at a time', () => {
  it('waits for its turn, key by key, and for no other key', async () => {
    const turns = new OneAtATime();
    const told: string[] = [];
    const first = Promise.withResolvers<void>();
    const all = [
      turns.run('a', async () => {
        await first.promise;
        told.push('a1');
      }),
      turns.run('a', async () => told.push('a2')),
      turns.run('b', async () => told.push('b1')),
    ];
    await all[2];
    expect(told).toEqual(['b1']);
    first.resolve();
    await Promise.all(all);
    expect(told).toEqual(['b1', 'a1', 'a2']);
  });

  it('goes on after a failure, which only its own caller sees', async () => {
    const turns = new OneAtATime();
    const failing = turns.run('a', () => Promise.reject(new Error('no')));
    const next = turns.run('a', async () => 'done');
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('done');
  });
});
