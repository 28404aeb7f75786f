import { isIP, isIPv4, isIPv6 } from 'node:net';

const MAPPED_V4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An IPv4 address that came through an IPv6 socket is that IPv4 address. Null for what is no address. */
const parsed = (text: string): string | null => {
  const bare = text.trim().replace(/^\[(.*)\](?::\d+)?$/, '$1');
  const address = MAPPED_V4.exec(bare)?.[1] ?? (/^[\d.]+:\d+$/.test(bare) ? (bare.split(':')[0] ?? '') : bare);
  return isIP(address) === 0 ? null : address.toLowerCase();
};

/**
 * Who asks. Each of our own proxies appends the peer it saw to `X-Forwarded-For`; whatever stands before those entries
 * anybody may have written. With no proxies the header is worth nothing.
 */
export const clientAddress = (peer: string, forwardedFor: string | undefined, trustedProxies: number): string => {
  const hops = [...(forwardedFor ?? '').split(','), peer].slice(-(trustedProxies + 1));
  return parsed(hops[0] ?? '') ?? parsed(peer) ?? 'unknown';
};

/** The eight groups of an IPv6 address. */
const groups = (address: string): readonly string[] => {
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...new Array<string>(Math.max(0, missing)).fill('0'), ...after];
};

/** What limits count by: one person has one IPv4 address, but a whole /64 of IPv6. */
export const networkOf = (address: string): string => {
  if (isIPv4(address) || !isIPv6(address)) return address;
  const network = groups(address).slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
};
