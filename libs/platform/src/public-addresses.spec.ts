import { isPublicAddress, isPublicHost, NonPublicAddress, publicLookup } from './public-addresses.js';

describe('an address', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '198.17.255.255',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '2003::1',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['this host', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.255.255.255'],
    ['private', '172.16.0.0'],
    ['private', '172.31.255.255'],
    ['private', '192.168.0.1'],
    ["behind a carrier's NAT", '100.64.0.0'],
    ["a cloud's metadata", '100.100.100.200'],
    ["a cloud's metadata", '169.254.169.254'],
    ["a cloud's metadata", '192.0.0.192'],
    ["a cloud's metadata", 'fd00:ec2::254'],
    ["a cloud's host", '168.63.129.16'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['loopback, IPv4-mapped', '::ffff:127.0.0.1'],
    ['loopback, IPv4-mapped', '::ffff:7f00:1'],
    ['loopback, IPv4-compatible', '::7f00:1'],
    ['loopback, IPv4-translated', '::ffff:0:7f00:1'],
    ['loopback by NAT64', '64:ff9b::7f00:1'],
    ['private by a local NAT64', '64:ff9b:1::a00:1'],
    ['loopback by 6to4', '2002:7f00:1::'],
    ['loopback by Teredo', '2001:0:4136:e378:8000:63bf:80ff:fffe'],
    ['benchmarks', '198.18.0.1'],
    ['benchmarks', '198.19.255.255'],
    ['benchmarks', '2001:2::1'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['multicast', 'ff02::1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['unique-local', 'fc00::1'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['discard-only', '100::1'],
    ['unassigned', '4000::1'],
    ['no address', 'localhost'],
    ['no address', '127.1'],
    ['no address', ''],
  ])('of kind %s is not public: %s', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a URL', () => {
  it.each([
    'https://example.com/a?b=c',
    'https://8.8.8.8',
    'https://[2606:4700::1]:8443/',
    'https://localhost.example.com',
  ])('%s may lead to the public internet', (url) => {
    expect(isPublicHost(new URL(url))).toBe(true);
  });

  it.each(['http://127.1', 'http://[::1]', 'http://localhost', 'http://LOCALHOST.', 'http://a.localhost', 'data:,a'])(
    '%s does not',
    (url) => {
      expect(isPublicHost(new URL(url))).toBe(false);
    },
  );
});

/** What a connection to the name gets from its lookup, when name servers give these answers one after the other. */
function lookups(...answers: string[][]) {
  const lookup = publicLookup(async () => answers.shift()!);
  return (all = true) =>
    new Promise((resolve, reject) =>
      lookup('example.com', { all }, (error, address) => (error ? reject(error) : resolve(address))),
    );
}

describe('the lookup of a connection', () => {
  it('gives public addresses, all of them or the first', async () => {
    const next = lookups(['8.8.8.8', '2606:4700::1'], ['8.8.8.8', '2606:4700::1']);
    expect(await next()).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1', family: 6 },
    ]);
    expect(await next(false)).toBe('8.8.8.8');
  });

  it('judges each answer by itself: a name that was public may not be the next time', async () => {
    const next = lookups(['8.8.8.8'], ['127.0.0.1']);
    expect(await next()).toEqual([{ address: '8.8.8.8', family: 4 }]);
    await expect(next()).rejects.toThrow(NonPublicAddress);
  });

  it.each([[['8.8.8.8', '10.0.0.1']], [['fe80::1%eth0']], [['::ffff:10.0.0.1']]])(
    'gives nothing when one address is not public: %s',
    async (addresses) => {
      await expect(lookups(addresses)()).rejects.toThrow(NonPublicAddress);
    },
  );
});
