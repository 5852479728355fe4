import { Resolver } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Where a server must not go for somebody else: whoever chooses a URL could otherwise reach what only we can reach
 * (server-side request forgery). The ranges are IANA's special-purpose registries (RFC 6890) and multicast.
 */
const IPV4: readonly [network: string, prefix: number][] = [
  ['0.0.0.0', 8], // this host
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // shared with a carrier's NAT
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // Azure's host, under a public address
  ['169.254.0.0', 16], // link-local, with the clouds' metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
];

/** All but 2000::/3. Not ::ffff:0:0/96: `BlockList` judges an IPv4-mapped address as the IPv4 address, and vice versa. */
const IPV6_UNASSIGNED: readonly [first: string, last: string][] = [
  ['::', '::fffe:ffff:ffff'], // unspecified, loopback, IPv4-compatible
  ['::1:0:0:0', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], // NAT64 (64:ff9b::), discard-only
  ['4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'], // unique-local, link-local, site-local, multicast
];
const IPV6: readonly [network: string, prefix: number][] = [
  ['2001::', 23], // protocol assignments: Teredo, which embeds IPv4, and benchmarks
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which embeds IPv4
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
];

const special = new BlockList();
for (const [network, prefix] of IPV4) special.addSubnet(network, prefix, 'ipv4');
for (const [first, last] of IPV6_UNASSIGNED) special.addRange(first, last, 'ipv6');
for (const [network, prefix] of IPV6) special.addSubnet(network, prefix, 'ipv6');

/** Whether this IPv4 or IPv6 address, with or without a zone, is one of the public internet. False for anything else. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && !special.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** What a URL names as its host: an address without the brackets of IPv6, or a name without the final dot. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

/** Whether a URL may lead to the public internet, as far as can be told without asking a name server. */
export function isPublicHost(url: URL): boolean {
  const host = hostOf(url);
  return isIP(host) ? isPublicAddress(host) : host !== '' && !/(^|\.)localhost$/.test(host);
}

/** The address is not one of the public internet. */
export class NonPublicAddress extends Error {
  override readonly name = 'NonPublicAddress';
}

/** Resolves a name to its addresses. */
export type Resolve = (name: string) => Promise<string[]>;

/**
 * The `lookup` of a connection that leads to the public internet only. What it checks is what gets connected to, so a name that
 * resolves to another address each time (DNS rebinding) gains nothing. A connection to a literal address has no lookup: check
 * its URL with `isPublicHost`, too.
 */
export const publicLookup =
  (resolve: Resolve = resolveByNameServers): LookupFunction =>
  (name, options, done) => {
    resolve(name)
      .then((found) => found.map(checked))
      .then(
        (addresses) => (options.all ? done(null, addresses) : done(null, addresses[0]!.address, addresses[0]!.family)),
        (error) => done(error, ''),
      );
  };

function checked(address: string): { address: string; family: number } {
  if (!isPublicAddress(address)) throw new NonPublicAddress(`${address} is not a public address`);
  return { address, family: isIP(address) };
}

const nameServers = new Resolver({ timeout: 2_000, tries: 2 });

/**
 * Not `dns.lookup`: it also reads the hosts file and search domains, and each name server that does not answer would occupy one
 * of the few threads that resolve names for the whole process.
 */
async function resolveByNameServers(name: string): Promise<string[]> {
  const answers = await Promise.allSettled([nameServers.resolve4(name), nameServers.resolve6(name)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length === 0) throw (answers[0] as PromiseRejectedResult).reason;
  return addresses;
}
