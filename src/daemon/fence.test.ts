import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { weeklySoak } from '../../tests/support/api-rig.ts';
import { seedProfile } from '../../tests/support/profile.ts';
import { begin, HOUR_MS, SimulatedStaging, START_MS } from '../../tests/support/simulated-staging.ts';
import { buildPlan } from '../plan/build.ts';
import { profileReader } from '../soak/read-profile.ts';
import { type Fence, fenceEntry, mayLoad, overload } from './fence.ts';
import { fencedControl } from './fenced-control.ts';

const fence = (changes: Partial<Fence> = {}): Fence => ({
  targets: ['loopback', 'private'],
  samplers: ['loopback', 'private'],
  maxRatePerMinute: null,
  maxRequests: null,
  ...changes,
});

describe('the fence', () => {
  it('lets loopback and private addresses in unless told', () => {
    for (const host of ['127.0.0.1', '10.1.2.3', '192.168.0.7', '172.31.0.1', '[::1]', 'fd00::7']) {
      expect(mayLoad(fence(), host, []), host).toBe(true);
    }
    // 169.254.169.254 tells machines of a cloud their credentials.
    for (const host of ['203.0.113.9', '172.32.0.1', '8.8.8.8', '[2001:db8::1]', '169.254.169.254', '[fe80::1]']) {
      expect(mayLoad(fence(), host, []), host).toBe(false);
    }
  });

  it('lets a name in when it is listed, or when all its addresses are inside', () => {
    expect(mayLoad(fence(), 'shop', ['10.0.0.7', 'fd00::7'])).toBe(true);
    expect(mayLoad(fence(), 'shop', ['10.0.0.7', '203.0.113.9'])).toBe(false);
    expect(mayLoad(fence(), 'shop', [])).toBe(false);
    expect(mayLoad(fence({ targets: ['shop.example'] }), 'SHOP.example', ['203.0.113.9'])).toBe(true);
    const subdomains = fence({ targets: ['*.example'] });
    expect(mayLoad(subdomains, 'shop.example', [])).toBe(true);
    expect(mayLoad(subdomains, 'example', [])).toBe(false);
    expect(mayLoad(subdomains, 'shopexample', [])).toBe(false);
    expect(mayLoad(fence({ targets: ['any'] }), 'anywhere.example', [])).toBe(true);
  });

  it('reads entries strictly', () => {
    for (const entry of ['any', '10.0.0.0/8', 'fd00::/8', 'shop', '*.example.org', '::1']) {
      expect(fenceEntry(entry), entry).toEqual({ ok: true, value: entry });
    }
    for (const entry of [
      '',
      'a b',
      'http://shop',
      '10.0.0.0/33',
      '300.1.1.1',
      '*',
      '*.',
      'shop:80',
      'fe80::1%eth0',
      7,
    ]) {
      expect(fenceEntry(entry).ok, String(entry)).toBe(false);
    }
  });

  it('ends at a rate and at a number of requests', () => {
    const plan = buildPlan(seedProfile(), { startMs: START_MS, compression: 1 }, []);
    const peak = Math.max(...plan.points.map((point) => point.requestsPerMinute));
    expect(overload(fence(), plan)).toBeNull();
    expect(overload(fence({ maxRatePerMinute: peak }), plan)).toBeNull();
    expect(overload(fence({ maxRatePerMinute: peak - 1 }), plan)?.code).toBe('outside_fence');
    expect(overload(fence({ maxRequests: 1_000 }), plan)?.message).toContain('the fence ends at 1000');
  });
});

describe('a control behind a fence', () => {
  const setUp = (changes: Partial<Fence>, addresses: string[] = ['10.0.0.7'], asked: string[] = []) => {
    const staging = new SimulatedStaging();
    const soaks = staging.daemon();
    const readProfile = profileReader({
      readFile: () => '',
      samplerSchemas: { scripted: z.strictObject({}) },
      systemTimezone: 'UTC',
    });
    const { store, clock } = staging;
    const ports = { fence: () => fence(changes), readProfile, store, clock, addressesOf: async () => addresses };
    return { staging, soaks, control: fencedControl(soaks, { ...ports, samplerHosts: async () => asked }) };
  };
  const wish = { profileSource: weeklySoak, profileName: 'weekly.yaml', targetUrl: 'http://shop:8080', who: 'ana' };

  it('starts what is inside', async () => {
    const { control } = setUp({});
    const run = await control.start(wish);
    expect(control.live()).toEqual([run.id]);
  });

  it('does not start what is outside, and nothing is left of it', async () => {
    const { control, staging } = setUp({}, ['203.0.113.9']);
    await expect(control.start(wish)).rejects.toMatchObject({ code: 'outside_fence', httpStatus: 403 });
    expect(await staging.store.runs()).toEqual([]);
  });

  it('does not start when a sampler asks a machine outside', async () => {
    const { control, staging } = setUp({}, undefined, ['10.0.0.9', '203.0.113.9']);
    await expect(control.start(wish)).rejects.toMatchObject({
      code: 'outside_fence',
      message: 'the sampler agent asks 203.0.113.9, which lies outside the fence of this daemon',
    });
    expect(await staging.store.runs()).toEqual([]);
  });

  it('says whose name cannot be resolved: the target, or which sampler', async () => {
    const staging = new SimulatedStaging();
    const { store, clock } = staging;
    const control = fencedControl(staging.daemon(), {
      ...{ store, clock, fence: () => fence({}) },
      readProfile: profileReader({
        readFile: () => '',
        samplerSchemas: { scripted: z.strictObject({}) },
        systemTimezone: 'UTC',
      }),
      addressesOf: async (host) => {
        if (host === 'shop') return ['10.0.0.7'];
        throw new Error(`ENOTFOUND ${host}`);
      },
      samplerHosts: async () => ['cache'],
    });
    await expect(control.start(wish)).rejects.toMatchObject({
      code: 'sampler_unresolved',
      message: 'the name cache, which the sampler agent asks, cannot be resolved',
    });
    await expect(control.start({ ...wish, targetUrl: 'http://nowhere' })).rejects.toMatchObject({
      code: 'target_unresolved',
    });
  });

  it.each<Partial<Fence>>([{ samplers: ['any'] }, { samplers: ['203.0.113.0/24'] }, { targets: ['any'] }])(
    'starts when the fence of samplers or of targets holds it: %j',
    async (changes) => {
      const { control } = setUp(changes, undefined, ['203.0.113.9']);
      await expect(control.start(wish)).resolves.toMatchObject({ name: 'weekly' });
    },
  );

  it('refuses an operator who would raise the rate, or extend the run, beyond it', async () => {
    const { control, staging } = setUp({ maxRatePerMinute: 100, maxRequests: 90_000 });
    const run = await control.start(wish);
    await staging.clock.advance(3 * HOUR_MS);
    const act = (action: Parameters<typeof control.act>[1]) => control.act(run.id, action);
    await expect(act({ kind: 'rate', factor: 2, forMs: null, who: 'bo' })).rejects.toMatchObject({
      code: 'outside_fence',
    });
    await expect(act({ kind: 'extend', byMs: 48 * HOUR_MS, who: 'bo' })).rejects.toMatchObject({
      code: 'outside_fence',
    });
    await expect(act({ kind: 'rate', factor: 1.5, forMs: HOUR_MS, who: 'bo' })).resolves.toMatchObject({
      kind: 'rate',
    });
    await expect(act({ kind: 'pause', who: 'bo' })).resolves.toMatchObject({ kind: 'pause' });
    expect((await staging.store.actions(run.id)).map(({ kind }) => kind)).toEqual(['rate', 'pause']);
  });

  it('holds two changes that come at once against each other', async () => {
    const { control, staging } = setUp({ maxRequests: 100_000 });
    const run = await control.start(wish);
    await staging.clock.advance(3 * HOUR_MS);
    const extend = () => control.act(run.id, { kind: 'extend', byMs: 3 * HOUR_MS, who: 'bo' });
    const ends = await Promise.allSettled([extend(), extend()]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await staging.store.actions(run.id)).toHaveLength(1);
  });

  it('counts what a pause keeps back, which comes with resume', async () => {
    const { control, staging } = setUp({ maxRequests: 100_000 });
    const run = await control.start(wish);
    await staging.clock.advance(3 * HOUR_MS);
    await control.act(run.id, { kind: 'pause', who: 'bo' });
    const extended = control.act(run.id, { kind: 'extend', byMs: 48 * HOUR_MS, who: 'bo' });
    await expect(extended).rejects.toMatchObject({ code: 'outside_fence' });
  });

  it('builds no plan for nonsense', async () => {
    const { control } = setUp({});
    const run = await control.start(wish);
    const extended = control.act(run.id, { kind: 'extend', byMs: 1e15, who: 'bo' });
    await expect(extended).rejects.toMatchObject({ code: 'action_invalid' });
  });

  it('leaves runs alone that live already', async () => {
    const { control, soaks } = setUp({}, ['203.0.113.9']);
    const run = await begin(soaks, weeklySoak);
    expect(control.status(run.id)?.runId).toBe(run.id);
  });
});
