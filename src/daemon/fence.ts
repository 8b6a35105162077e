/** What may be loaded, and how much, and whom samplers may ask: decided by whoever runs the daemon, never by a profile. */
import { BlockList, isIP } from 'node:net';
import { SoakdError } from '../base/errors.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import type { ArrivalPlan } from '../model/plan.ts';
import { requestsBetween } from '../plan/rate.ts';

export interface Fence {
  /** Entries as `fenceEntry` reads them. */
  targets: string[];
  /** The same, for the addresses that samplers ask; what may be loaded may be asked as well. */
  samplers: string[];
  maxRatePerMinute: number | null;
  maxRequests: number | null;
}

const LOOPBACK = ['127.0.0.0/8', '::1/128'];
/**
 * RFC 1918, RFC 6598 (shared), RFC 4193 (unique local). Not link-local addresses (RFC 3927): behind them clouds tell a
 * machine its credentials.
 */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
const KEYWORDS = ['loopback', 'private', 'any'];

/** One entry of the fence: a keyword, an address, a network, a name, or `*.` and a domain. */
export function fenceEntry(input: unknown): Parsed<string> {
  const hint = 'write a name, *.example.org, an address, a network such as 10.0.0.0/8, or loopback, private, any';
  if (typeof input !== 'string') return unreadable(`${quote(input)} is no host`, hint);
  const text = input.trim().toLowerCase();
  // With a zone, as in fe80::1%eth0, it would be an address of one machine's cable.
  if (text.includes('%')) return unreadable(`${quote(input)} is no host`, hint);
  if (KEYWORDS.includes(text) || isNetwork(text) || isIP(text) !== 0) return parsed(text);
  if (/^[\d.]+(\/\d+)?$/.test(text)) return unreadable(`${quote(input)} is no address`, hint);
  if (/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text)) return parsed(text);
  return unreadable(`${quote(input)} is no host`, hint);
}

/** May the host be loaded? `addresses`: all that its name stands for, when it is a name. */
export const mayLoad = ({ targets }: Fence, host: string, addresses: readonly string[]): boolean =>
  isInside(targets, host, addresses);

/** May a sampler ask the host? */
export const mayAsk = ({ targets, samplers }: Fence, host: string, addresses: readonly string[]): boolean =>
  isInside([...targets, ...samplers], host, addresses);

/**
 * A name is inside when an entry names it, or when all addresses that it stands for are inside: a name with one address
 * outside could be asked there.
 */
function isInside(entries: readonly string[], host: string, addresses: readonly string[]): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (entries.includes('any') || entries.some((entry) => namesHost(entry, name))) return true;
  const inside = blockListOf(networksOf(entries));
  const contains = (address: string): boolean => inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  if (isIP(name) !== 0) return contains(name);
  return addresses.length > 0 && addresses.every(contains);
}

/** Why this load is refused, or null. The plan must hold every edit that is asked for. */
export function overload(fence: Fence, plan: ArrivalPlan): SoakdError | null {
  const { maxRatePerMinute, maxRequests } = fence;
  const peak = plan.points.reduce((most, point) => Math.max(most, point.requestsPerMinute), 0);
  if (maxRatePerMinute !== null && peak > maxRatePerMinute) {
    return refused(
      `the load would reach ${Math.ceil(peak)} requests a minute, the fence ends at ${maxRatePerMinute}`,
      'lower the rate, or ask whoever runs the daemon to raise fence.max_rate',
    );
  }
  const total = requestsBetween(plan, plan.startMs, plan.endMs);
  if (maxRequests !== null && total > maxRequests) {
    return refused(
      `the run would make ${Math.ceil(total)} requests, the fence ends at ${maxRequests}`,
      'shorten the run, or ask whoever runs the daemon to raise fence.max_requests',
    );
  }
  return null;
}

export const outsideFence = (host: string): SoakdError =>
  refused(
    `${host} lies outside the fence of this daemon`,
    'ask whoever runs the daemon to add it to fence.targets in its configuration',
  );

export const samplerOutsideFence = (sampler: string, host: string): SoakdError =>
  refused(
    `the sampler ${sampler} asks ${host}, which lies outside the fence of this daemon`,
    'ask whoever runs the daemon to add it to fence.samplers in its configuration',
  );

const refused = (message: string, hint: string): SoakdError =>
  new SoakdError(message, { code: 'outside_fence', hint, httpStatus: 403 });

function namesHost(entry: string, name: string): boolean {
  return entry.startsWith('*.') ? name.endsWith(entry.slice(1)) && name.length > entry.length - 1 : entry === name;
}

/** The entries that are networks, keywords spelt out, each with its length: `10.0.0.7/32`. Names are not among them. */
export function networksOf(entries: readonly string[]): string[] {
  return entries.flatMap((entry) => {
    if (entry === 'loopback') return LOOPBACK;
    if (entry === 'private') return PRIVATE;
    const version = isIP(entry);
    if (version !== 0) return [`${entry}/${version === 6 ? 128 : 32}`];
    return isNetwork(entry) ? [entry] : [];
  });
}

/** True when addresses alone decide: no entry is a name, none is `any`. */
export const isByAddress = (entries: readonly string[]): boolean =>
  entries.every((entry) => networksOf([entry]).length > 0);

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || bits === undefined || more.length > 0 || !/^\d{1,3}$/.test(bits)) return false;
  return Number(bits) <= (version === 6 ? 128 : 32);
}
