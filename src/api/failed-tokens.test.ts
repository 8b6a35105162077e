import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FailedTokens, networkOf } from './failed-tokens.ts';

const settings = { burst: 3, refillMs: 1_000, maxAddresses: 4 };

function counted() {
  let nowMs = 50;
  const failed = new FailedTokens({ monotonicMs: () => nowMs }, settings);
  return { failed, pass: (ms: number) => (nowMs += ms) };
}

describe('wrong tokens', () => {
  it('are answered as usual up to a limit, and then ask their sender to wait', () => {
    const { failed, pass } = counted();
    expect([1, 2, 3].map(() => failed.add('10.0.0.7'))).toEqual([0, 0, 0]);
    expect(failed.add('10.0.0.7')).toBe(1_000);
    pass(400);
    expect(failed.add('10.0.0.7')).toBe(600);
    pass(600);
    expect([failed.add('10.0.0.7'), failed.add('10.0.0.7')]).toEqual([0, 1_000]);
  });

  it('of one address are not held against another', () => {
    const { failed } = counted();
    for (let time = 0; time < 9; time++) failed.add('10.0.0.7');
    expect(failed.add('10.0.0.8')).toBe(0);
    expect(failed.add('::ffff:10.0.0.7')).toBeGreaterThan(0);
  });

  it('take no more memory than was allowed, whoever sends them', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6())), (addresses) => {
        const { failed } = counted();
        for (const address of addresses) failed.add(address);
        expect(failed.addresses).toBeLessThanOrEqual(settings.maxAddresses);
      }),
    );
  });

  it('let through in the long run no more than the refill does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 200 }), (gaps) => {
        const { failed, pass } = counted();
        let through = 0;
        let passedMs = 0;
        for (const gap of gaps) {
          pass(gap);
          passedMs += gap;
          if (failed.add('10.0.0.7') === 0) through++;
        }
        expect(through).toBeLessThanOrEqual(settings.burst + passedMs / settings.refillMs);
      }),
    );
  });
});

describe('the network of an address', () => {
  it('is the address of IPv4, and the /64 of IPv6 however it is written', () => {
    expect(networkOf('10.0.0.7')).toBe('10.0.0.7');
    expect(networkOf('::ffff:10.0.0.7')).toBe('10.0.0.7');
    expect(networkOf('2001:db8::1')).toBe(networkOf('2001:0db8:0:0:ffff::2'));
    expect(networkOf('2001:db8:0:1::1')).not.toBe(networkOf('2001:db8::1'));
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  });
});
