import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** By the process's name. */
export type AddressesOf = ReadonlyMap<string, Pick<CopyAddresses, 'list'>>;

/** A name that stands for several addresses is resolved again after this time, in ms. */
const RESOLVE_AFTER = 10_000;

/** Where the copies of one process are: in containers its name may stand for several addresses. */
export class CopyAddresses {
  private urls: readonly string[] = [];
  private resolveAt = 0;

  constructor(private readonly url: string) {}

  /** Base URLs. Rejects when the name stands for none. */
  async list(): Promise<readonly string[]> {
    if (Date.now() >= this.resolveAt) {
      this.urls = await resolved(this.url);
      this.resolveAt = Date.now() + RESOLVE_AFTER;
    }
    return this.urls;
  }
}

export const addressesOf = (processUrls: ReadonlyMap<string, string>): AddressesOf =>
  new Map([...processUrls].map(([process, url]) => [process, new CopyAddresses(url)]));

/** The URL with each address of its host. TLS needs the name, which then stands for one copy. */
async function resolved(base: string): Promise<string[]> {
  const { protocol, hostname, port } = new URL(base);
  if (protocol !== 'http:' || hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')))
    return [base.replace(/\/$/, '')];
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => `http://${family === 6 ? `[${address}]` : address}:${port || 80}`).sort();
}
