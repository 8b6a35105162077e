import { describe, expect, it } from 'vitest';
import { seedProfile } from '../../tests/support/profile.ts';
import { SoakdError } from '../base/errors.ts';
import { SimulatedClock } from '../base/simulated-clock.ts';
import { buildPlan } from '../plan/build.ts';
import { diskNeeded } from '../plan/disk.ts';
import type { SamplerTrial } from '../sample/try.ts';
import { type PreflightPorts, preflight, requireReady } from './preflight.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const never = new AbortController().signal;

const trial = (changes: Partial<SamplerTrial> = {}): SamplerTrial => ({
  name: 'agent',
  kind: 'process',
  ok: true,
  readings: [{ series: 'rss_bytes', unit: 'bytes', value: 1 }],
  missing: [],
  identity: null,
  reason: null,
  hint: null,
  tookMs: 3,
  ...changes,
});

function healthy(changes: Partial<PreflightPorts> = {}): PreflightPorts {
  return {
    clock: new SimulatedClock(NOW_MS),
    k6Version: async () => '2.2.0',
    store: async () => 'it can be used',
    disk: async () => ({ folder: '/data', fileSystem: 'ext4', durableWriteMs: 4, freeBytes: 1e12 }),
    clockIsSynchronised: async () => true,
    tryWorkload: async () => ({ finding: 'chat', complete: true }),
    askTarget: async () => 200,
    trySamplers: async () => [trial()],
    ...changes,
  };
}

const order = { profile: seedProfile(), targetUrl: 'http://127.0.0.1:8080', startMs: NOW_MS, compression: 1 };

const { storeBytes, spoolBytes } = diskNeeded(order.profile, buildPlan(order.profile, order, []));
const neededBytes = storeBytes + spoolBytes;

describe('the checks before a run', () => {
  it('look at everything, and let a run begin when all is well', async () => {
    const checks = await preflight(healthy(), order, never);
    expect(checks.map(({ subject, status }) => [subject, status])).toEqual([
      ['k6', 'ok'],
      ['store', 'ok'],
      ['disk', 'ok'],
      ['clock', 'ok'],
      ['workload', 'ok'],
      ['target', 'ok'],
      ['sampler agent', 'ok'],
    ]);
    expect(() => requireReady(checks)).not.toThrow();
  });

  it('leave workload, target and samplers alone without an order, and the latter two without a target', async () => {
    expect(await preflight(healthy(), null, never)).toHaveLength(4);
    expect(await preflight(healthy(), { ...order, targetUrl: null }, never)).toHaveLength(5);
  });

  it('find every failure at once, each with what to do about it', async () => {
    const ports = healthy({
      k6Version: () => Promise.reject(new SoakdError('k6 is not there', { code: 'k6_missing', hint: 'build it' })),
      tryWorkload: () => Promise.reject(new SoakdError('it needs A, B', { code: 'x', hint: 'set them' })),
      askTarget: () => Promise.reject(new Error('connect ECONNREFUSED')),
      trySamplers: async () => [trial({ ok: false, reason: 'no such pid', hint: 'is it started?' })],
    });
    const checks = await preflight(ports, order, never);
    const failures = checks.filter(({ status }) => status === 'failed');
    expect(failures.map(({ subject, finding }) => [subject, finding])).toEqual([
      ['k6', 'k6 is not there'],
      ['workload', 'it needs A, B'],
      ['target', 'connect ECONNREFUSED'],
      ['sampler agent', 'no such pid'],
    ]);
    expect(failures.every(({ hint }) => hint !== null && hint !== '')).toBe(true);
    expect(() => requireReady(checks)).toThrow(
      expect.objectContaining({ code: 'preflight_failed', exitCode: 5, hint: expect.stringContaining('build it') }),
    );
  });

  it.each([
    ['no room for the whole run', { freeBytes: 0.9 * neededBytes }, 'failed'],
    ['room for hardly more than the run', { freeBytes: 1.5 * neededBytes }, 'warning'],
    ['a disk that takes long for a durable write', { durableWriteMs: 400 }, 'warning'],
  ])('see %s', async (_, facts, status) => {
    const disk = { folder: '/data', fileSystem: null, durableWriteMs: 4, freeBytes: 1e12, ...facts };
    const checks = await preflight(healthy({ disk: async () => disk }), order, never);
    expect(checks.find(({ subject }) => subject === 'disk')?.status).toBe(status);
  });

  it('see a clock that is stepped meanwhile, and one that nobody holds', async () => {
    const clock = new SimulatedClock(NOW_MS);
    const store = async (): Promise<string> => {
      clock.step(-3000);
      return 'it can be used';
    };
    const stepped = await preflight(healthy({ clock, store }), null, never);
    expect(stepped.at(-1)).toMatchObject({ status: 'warning', finding: expect.stringContaining('stepped by -3 s') });
    const free = await preflight(healthy({ clockIsSynchronised: async () => false }), null, never);
    expect(free.at(-1)).toMatchObject({ status: 'warning', finding: expect.stringContaining('NTP') });
  });

  it('warn of a target that answers with an error, and of series without a value', async () => {
    const ports = healthy({
      askTarget: async () => 503,
      trySamplers: async () => [trial({ missing: ['heap_bytes'] })],
    });
    const checks = await preflight(ports, order, never);
    const warnings = checks.filter(({ status }) => status === 'warning').map(({ finding }) => finding);
    expect(warnings).toEqual([expect.stringContaining('503'), expect.stringContaining('heap_bytes')]);
    expect(() => requireReady(checks)).not.toThrow();
  });

  it('warn of an own script that takes long to load', async () => {
    const ports = healthy({ tryWorkload: async () => ({ finding: 'not loaded within 5 s', complete: false }) });
    const checks = await preflight(ports, order, never);
    expect(checks.filter(({ status }) => status === 'warning').map(({ subject }) => subject)).toEqual(['workload']);
  });

  it('give up on a target that never answers', async () => {
    const clock = new SimulatedClock(NOW_MS);
    const askTarget: PreflightPorts['askTarget'] = (_, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    const checks = await clock.runUntil(preflight(healthy({ clock, askTarget }), order, never), 60_000);
    expect(checks.find(({ subject }) => subject === 'target')).toMatchObject({
      status: 'failed',
      finding: 'no answer within 10000 ms',
    });
  });
});
