import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { CopyReader, type CopyReading } from './copy-reader.js';
import type { Metrics } from './metrics-text.js';

/** What all copies of a process showed at one moment. */
export interface ProcessReading {
  process: string;
  copies: readonly CopyReading[];
  /** Why no copy is known. */
  failure?: string;
}

/** A name that stands for several addresses is resolved again after this time, in ms. */
const RESOLVE_AFTER = 10_000;

/** Reads every copy of one process: in containers its name may stand for several addresses. */
export class ProcessReader {
  private copies = new Map<string, CopyReader>();
  private resolveAt = 0;

  constructor(
    readonly process: string,
    private readonly url: string,
    private readonly parse: (text: string) => Metrics,
  ) {}

  /** Never rejects. */
  async read(): Promise<ProcessReading> {
    const { process } = this;
    try {
      await this.resolve();
    } catch (error) {
      return { process, copies: [], failure: (error as Error).message };
    }
    return { process, copies: await Promise.all([...this.copies.values()].map((copy) => copy.read())) };
  }

  private async resolve(): Promise<void> {
    if (Date.now() < this.resolveAt) return;
    const urls = await addressesOf(this.url);
    this.copies = new Map(urls.map((url) => [url, this.copies.get(url) ?? new CopyReader(url, this.parse)]));
    this.resolveAt = Date.now() + RESOLVE_AFTER;
  }
}

/** The URL with each address of its host. TLS needs the name, which then stands for one copy. */
async function addressesOf(base: string): Promise<string[]> {
  const { protocol, hostname, port } = new URL(base);
  if (protocol !== 'http:' || hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')))
    return [base.replace(/\/$/, '')];
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => `http://${family === 6 ? `[${address}]` : address}:${port || 80}`).sort();
}
