import type { Logger } from '@waybill/outbox';

export interface NatsSettings {
  /** `nats://user:password@host:port`, or `nats://token@host:port`; `tls://` demands TLS. Several with commas. */
  url: string;
  /** Name of this client in the server's lists. */
  name: string;
  logger: Logger;
}

interface Servers {
  servers: string[];
  user?: string;
  pass?: string;
  token?: string;
  tls?: object;
}

/** As the library takes them, with the user or token of the first address. Throws when the URL is none of NATS. */
export function serversOf(url: string): Servers {
  const addresses = url.split(',').map((text, n) => addressOf(text, n + 1));
  const [username, password] = [addresses[0]!.username, addresses[0]!.password].map(decodeURIComponent);
  return {
    servers: addresses.map(({ host }) => host),
    ...(addresses[0]!.protocol === 'tls:' && { tls: {} }),
    ...(username && (password ? { user: username, pass: password } : { token: username })),
  };
}

function addressOf(text: string, number: number): URL {
  const address = URL.parse(text.trim());
  if (!address?.host || !/^(nats|tls):$/.test(address.protocol))
    throw new Error(`NATS: the URL of a server is nats://host:port, ${withoutPassword(address, number)}`);
  return address;
}

/** Of what may be logged. */
function withoutPassword(address: URL | null, number: number): string {
  if (address?.host) return `not ${address.protocol}//${address.host}`;
  return `which address ${number} is not (a comma in a password is %2C)`;
}
