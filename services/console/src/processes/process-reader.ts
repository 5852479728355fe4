import type { Metrics } from '@waybill/platform/metrics-text';
import type { CopyAddresses } from './copy-addresses.js';
import { CopyReader, type CopyReading } from './copy-reader.js';

/** What all copies of a process showed at one moment. */
export interface ProcessReading {
  process: string;
  copies: readonly CopyReading[];
  /** Why no copy is known. */
  failure?: string;
}

/** Reads every copy of one process. */
export class ProcessReader {
  private copies = new Map<string, CopyReader>();

  constructor(
    readonly process: string,
    private readonly addresses: Pick<CopyAddresses, 'list'>,
    private readonly parse: (text: string) => Metrics,
  ) {}

  /** Never rejects. */
  async read(): Promise<ProcessReading> {
    const { process } = this;
    try {
      const urls = await this.addresses.list();
      this.copies = new Map(urls.map((url) => [url, this.copies.get(url) ?? new CopyReader(url, this.parse)]));
    } catch (error) {
      return { process, copies: [], failure: (error as Error).message };
    }
    return { process, copies: await Promise.all([...this.copies.values()].map((copy) => copy.read())) };
  }
}
