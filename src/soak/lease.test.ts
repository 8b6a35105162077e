import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../tests/support/memory-store.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { canonicalTarget } from '../config/target.ts';
import { defaultSettings, type TargetClaim } from './context.ts';
import { keepLease, livingLease, takeLease } from './lease.ts';

function machine() {
  const clock = new SimulatedClock(1_790_000_000_000);
  const store = new MemoryStore();
  const alive = new Map<string, boolean | null>();
  const daemon = (holder: string) => {
    alive.set(holder, true);
    return {
      clock,
      store,
      holder,
      holderAlive: (other: string) => alive.get(other) ?? null,
      targetClaims: { take: (): TargetClaim | null => null, release: () => undefined },
      settings: defaultSettings,
    };
  };
  return { clock, store, alive, daemon };
}
const url = 'http://shop.example/api';

describe('a target', () => {
  it('is one target however it is written', () => {
    expect(canonicalTarget('http://SHOP.example/api')).toBe('http://shop.example:80');
    expect(canonicalTarget('https://shop.example')).toBe('https://shop.example:443');
    expect(canonicalTarget('http://localhost:8080/')).toBe(canonicalTarget('http://127.0.0.1:8080'));
  });

  it('has one owner at a time, even within one process', async () => {
    const { daemon } = machine();
    const one = daemon('one');
    await takeLease(one, url, 'r1');
    await expect(takeLease(daemon('two'), url, 'r2')).rejects.toMatchObject({ code: 'target_busy', httpStatus: 409 });
    await expect(takeLease(one, url, 'r2')).rejects.toMatchObject({ code: 'target_busy' });
    await takeLease(one, url, 'r1');
    await takeLease(one, 'http://other.example', 'r3');
  });

  it('is left to a run of another data folder, which is named', async () => {
    const { daemon, store } = machine();
    const one = daemon('one');
    const elsewhere = { runId: 'r9', dataFolder: '/other/data', pid: 4711 };
    const refused = takeLease({ ...one, targetClaims: { ...one.targetClaims, take: () => elsewhere } }, url, 'r1');
    await expect(refused).rejects.toMatchObject({
      code: 'target_busy',
      exitCode: 5,
      message: 'http://shop.example:80 is being soaked by run r9 (data folder /other/data, pid 4711)',
    });
    expect(await store.lease(canonicalTarget(url))).toBeNull();
  });

  it('is taken over from a dead owner at once, and from an unknown one when its lease is over', async () => {
    const { daemon, alive, clock } = machine();
    await takeLease(daemon('one'), url, 'r1');
    alive.set('one', null);
    await expect(takeLease(daemon('two'), url, 'r1')).rejects.toMatchObject({ code: 'target_busy' });
    await clock.advance(defaultSettings.leaseMs + 1);
    await takeLease(daemon('two'), url, 'r1');
    alive.set('two', false);
    await takeLease(daemon('three'), url, 'r1');
  });

  it('of a dead owner is not taken from another one who was quicker to find it dead', async () => {
    const { daemon, alive, store } = machine();
    await takeLease(daemon('dead'), url, 'r1');
    alive.set('dead', false);
    /** Between its look and its grasp somebody else takes the target. */
    class SlowLook extends MemoryStore {
      override async lease(target: string) {
        const seen = await store.lease(target);
        if (seen?.holder === 'dead') await takeLease(daemon('two'), url, 'r1');
        return seen;
      }
      override releaseLease = store.releaseLease.bind(store);
      override acquireLease = store.acquireLease.bind(store);
    }
    const slow = { ...daemon('three'), store: new SlowLook() };
    await expect(takeLease(slow, url, 'r1')).rejects.toMatchObject({ code: 'target_busy' });
    expect((await store.lease(canonicalTarget(url)))?.holder).toBe('two');
  });

  it('tells whether the owner of a run lives, and believes one of another host until its lease is over', async () => {
    const { daemon, alive, clock } = machine();
    const one = daemon('one');
    const run = { id: 'r1', targetUrl: url };
    expect(await livingLease(one, run)).toBeNull();
    await takeLease(one, url, 'r1');
    expect(await livingLease(one, run)).toMatchObject({ holder: 'one' });
    expect(await livingLease(one, { ...run, id: 'r2' })).toBeNull();
    alive.set('one', null);
    expect(await livingLease(one, run)).toMatchObject({ holder: 'one' });
    await clock.advance(defaultSettings.leaseMs + 1);
    expect(await livingLease(one, run)).toBeNull();
    alive.set('one', false);
    await takeLease(one, url, 'r1');
    expect(await livingLease(one, run)).toBeNull();
  });

  it('stays with an owner that lives, for as long as it renews', async () => {
    const { daemon, alive, clock, store } = machine();
    const one = daemon('one');
    await takeLease(one, url, 'r1');
    alive.set('one', null);
    const stop = new AbortController();
    const lost: string[] = [];
    const keeping = keepLease(one, { id: 'r1', targetUrl: url }, (reason) => lost.push(reason), stop.signal);
    await clock.advance(10 * defaultSettings.leaseMs);
    await expect(takeLease(daemon('two'), url, 'r2')).rejects.toMatchObject({ code: 'target_busy' });
    expect(lost).toEqual([]);
    store.locked = true;
    await clock.advance(5 * defaultSettings.leaseMs);
    expect(lost).toEqual(['the store is locked']);
    stop.abort();
    await keeping;
  });
});
