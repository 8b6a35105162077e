/**
 * What lies outside a fence, as networks: k6 knows no list of what it may call, only one of what it may not
 * (`K6_BLACKLIST_IPS`), and holds every connection against it when it is made, whoever asked for it.
 */
import { isIP } from 'node:net';
import { isByAddress, networksOf } from './fence.ts';

/** The first `length` bits of an address. */
interface Network {
  /** As a number of `width` bits. */
  value: bigint;
  length: number;
  width: 32 | 128;
}

/**
 * The fewest networks that hold every address that `entries` do not, IPv4 and IPv6: `128.0.0.0/1`. Null when entries
 * cannot be told by addresses alone: a name stands for other addresses tomorrow, and `any` leaves nothing outside.
 */
export function networksOutside(entries: readonly string[]): string[] | null {
  if (!isByAddress(entries)) return null;
  const inside = networksOf(entries).map(parseNetwork);
  const outside = ([32, 128] as const).flatMap((width) =>
    remainder(
      { value: 0n, length: 0, width },
      inside.filter((network) => network.width === width),
    ),
  );
  return outside.some(isTakenForIpv4) ? null : outside.map(formatNetwork);
}

/** Go reads parts of ::ffff:0:0/96 as IPv4 (net.IP.To4): they would shut out addresses that are inside. */
const isTakenForIpv4 = ({ value, length, width }: Network): boolean =>
  width === 128 && length >= 96 && value >> 32n === 0xffffn;

/** `block` less `inside`, by halving until a part is wholly inside or wholly outside. */
function remainder(block: Network, inside: readonly Network[]): Network[] {
  if (inside.some((network) => holds(network, block))) return [];
  const within = inside.filter((network) => holds(block, network));
  if (within.length === 0) return [block];
  const length = block.length + 1;
  const half = 1n << BigInt(block.width - length);
  return [block.value, block.value + half].flatMap((value) => remainder({ ...block, value, length }, within));
}

const holds = (outer: Network, inner: Network): boolean => {
  const rest = BigInt(outer.width - outer.length);
  return outer.length <= inner.length && outer.value >> rest === inner.value >> rest;
};

function parseNetwork(text: string): Network {
  const [address = '', bits] = text.split('/');
  const width = isIP(address) === 6 ? 128 : 32;
  const length = Number(bits);
  const rest = BigInt(width - length);
  // Bits of the host, as in 10.0.0.7/8, are not part of the network.
  return { value: (numberOf(address, width) >> rest) << rest, length, width };
}

function numberOf(address: string, width: 32 | 128): bigint {
  const digits = (parts: readonly string[], base: '' | '0x', bits: bigint): bigint =>
    parts.reduce((value, part) => (value << bits) | BigInt(`${base}${part}`), 0n);
  if (width === 32) return digits(address.split('.'), '', 8n);
  // The URL standard writes IPv6 addresses in one way: small letters, at most one `::`, no dotted tail.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const after = groups(tail ?? '');
  const zeros = Array<string>(8 - groups(head).length - after.length).fill('0');
  return digits([...groups(head), ...zeros, ...after], '0x', 16n);
}

/** How an address is written: so many parts, of so many bits. */
const WRITTEN = {
  32: { count: 4, bits: 8n, base: 10, joint: '.' },
  128: { count: 8, bits: 16n, base: 16, joint: ':' },
} as const;

function formatNetwork({ value, length, width }: Network): string {
  const { count, bits, base, joint } = WRITTEN[width];
  const part = (at: number): string =>
    ((value >> (BigInt(count - 1 - at) * bits)) & ((1n << bits) - 1n)).toString(base);
  return `${Array.from({ length: count }, (_, at) => part(at)).join(joint)}/${length}`;
}
