import { describe, expect, it } from 'vitest';
import { SoakdError } from '../base/errors.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import type { Lease } from '../store/store.ts';
import { ailments, type VitalPorts } from './vital-signs.ts';
import { WatchedLoops } from './watched-loops.ts';

const LEASE_MS = 30_000;

function patient(changes: Partial<VitalPorts> = {}, lease: Partial<Lease> = {}) {
  const clock = new SimulatedClock(1_000_000);
  const held: Lease = { target: 'http://shop:80', runId: 'run', holder: 'us', expiresMs: 1_000_000, ...lease };
  const ports: VitalPorts = {
    clock,
    store: { runs: async () => [], lease: async () => held },
    tryStore: async () => undefined,
    live: () => [{ targetUrl: 'http://shop/' }],
    holder: 'us',
    leaseMs: LEASE_MS,
    endedLoops: () => [],
    ...changes,
  };
  return { clock, ask: () => ailments(ports) };
}

const failing = (code: string) => () => Promise.reject(new SoakdError('the store failed', { code, hint: '' }));

describe('soakd is well', () => {
  it('while the store takes rows and the leases of its runs are renewed', async () => {
    expect(await patient().ask()).toEqual([]);
  });

  it('while the store is full or locked: rows wait, and a new start would lose them', async () => {
    expect(await patient({ tryStore: failing('store_full') }).ask()).toEqual([]);
    expect(await patient({ tryStore: failing('store_locked') }).ask()).toEqual([]);
  });

  it('when a lease is that of somebody else', async () => {
    expect(await patient({}, { holder: 'another', expiresMs: 0 }).ask()).toEqual([]);
  });
});

describe('soakd is not well', () => {
  it('when the store fails in a way that does not pass', async () => {
    expect(await patient({ tryStore: failing('store_failed') }).ask()).toEqual([
      'the store does not answer: the store failed',
    ]);
  });

  it('when the store hangs', async () => {
    const { clock, ask } = patient({ tryStore: () => new Promise(() => undefined) });
    const asked = ask();
    await clock.advance(6_000);
    expect(await asked).toEqual(['the store does not answer: no answer within 5000 ms']);
  });

  it('when a live run no longer renews its lease', async () => {
    const { clock, ask } = patient();
    await clock.advance(LEASE_MS);
    expect(await ask()).toEqual([]);
    await clock.advance(1);
    expect(await ask()).toEqual(['the lease on http://shop:80 is not renewed']);
  });

  it('when a loop has ended that nobody told to', async () => {
    const stop = new AbortController();
    const loops = new WatchedLoops(stop.signal);
    const failed = Promise.withResolvers<unknown>();
    const forgotten = (): void => undefined;
    loops.start('orphaned runs', () => Promise.reject(new Error('a defect')), failed.resolve);
    loops.start('old rows', (signal) => new Promise((done) => signal.addEventListener('abort', done)), forgotten);
    expect(await failed.promise).toEqual(new Error('a defect'));
    const { ask } = patient({ endedLoops: () => loops.ended() });
    expect(await ask()).toEqual(['nobody looks after: orphaned runs']);
    stop.abort();
    await loops.over();
    expect(loops.ended()).toEqual(['orphaned runs']);
  });
});
