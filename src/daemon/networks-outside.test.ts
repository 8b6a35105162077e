import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayLoad } from './fence.ts';
import { networksOutside } from './networks-outside.ts';

/** As k6 looks an address up: among the networks of its own family. (A BlockList takes 10.0.0.7 for ::ffff:10.0.0.7 too.) */
function listed(networks: readonly string[]): (address: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    lists[family(address)].addSubnet(address, Number(bits), family(address));
  }
  return (address) => lists[family(address)].check(address, family(address));
}

/** Without ::ffff:0:0/96, which is IPv4 in disguise. */
const ipv6 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
  .filter((groups) => groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0))
  .map((groups) => groups.map((group) => group.toString(16)).join(':'));

const fenceOf = (targets: string[]) => ({ targets, samplers: [], maxRatePerMinute: null, maxRequests: null });

describe('what lies outside a fence', () => {
  it('is everything else, in as few networks as there can be', () => {
    expect(networksOutside(['0.0.0.0/1', '::/1'])).toEqual(['128.0.0.0/1', '8000:0:0:0:0:0:0:0/1']);
    expect(networksOutside(['128.0.0.0/2'])).toEqual(['0.0.0.0/1', '192.0.0.0/2', '0:0:0:0:0:0:0:0/0']);
    expect(networksOutside(['10.0.0.7'])).toHaveLength(32 + 1);
    expect(networksOutside(['::1'])).toHaveLength(1 + 128);
    expect(networksOutside(['0.0.0.0/0', '10.0.0.0/8', '::/0'])).toEqual([]);
  });

  it('is for the default fence what another implementation finds as well', () => {
    // Python's ipaddress: `address_exclude` of 0.0.0.0/0 by each of the five networks.
    const outside = (networksOutside(['loopback', 'private']) ?? []).filter((network) => !network.includes(':'));
    expect(outside).toHaveLength(41);
    expect(outside.slice(0, 5)).toEqual(['0.0.0.0/5', '8.0.0.0/7', '11.0.0.0/8', '12.0.0.0/6', '16.0.0.0/4']);
  });

  it('can be said of addresses only', () => {
    expect(networksOutside(['loopback', 'private', 'shop.example'])).toBeNull();
    expect(networksOutside(['any'])).toBeNull();
    expect(networksOutside(['::ffff:10.0.0.0/104'])).toBeNull();
  });

  it('holds exactly the addresses that may not be loaded', () => {
    const fences = [
      ['loopback', 'private'],
      ['10.1.2.3/15', 'fd00::7', '2001:db8::/33'],
      ['::1', '127.0.0.1', '1.0.0.0/7'],
    ];
    for (const entries of fences) {
      const isOutside = listed(networksOutside(entries) ?? []);
      const near = [
        '9.255.255.255',
        '10.0.0.0',
        '10.255.255.255',
        '11.0.0.0',
        '127.0.0.1',
        '169.254.169.254',
        '::1',
        '::2',
      ];
      for (const address of [
        ...near,
        '10.2.0.0',
        '10.3.255.255',
        'fd00::7',
        'fd00::8',
        'fe80::1',
        '2001:db8:8000::',
        '::',
      ]) {
        expect(isOutside(address), `${address} of ${entries}`).toBe(!mayLoad(fenceOf(entries), address, []));
      }
      fc.assert(
        fc.property(fc.oneof(fc.ipV4(), ipv6), (address) => {
          expect(isOutside(address)).toBe(!mayLoad(fenceOf(entries), address, []));
        }),
      );
    }
  });
});
