import { fileURLToPath } from 'node:url';
import type { Endpoints } from '@waybill/shop-cli';
import { Server } from '../server.js';

const script = fileURLToPath(new URL('watcher-process.js', import.meta.url));

/**
 * Receives traces and reads metrics, in a process of its own: a receiver that answers late, because its process also
 * places orders, gets every batch twice.
 */
export class Watcher {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Watcher> {
    return new Watcher(await Server.start(script, { ready: '/', env: {} }));
  }

  get url(): string {
    return this.server.url;
  }

  async spans(): Promise<number> {
    return ((await (await fetch(this.url)).json()) as { spans: number }).spans;
  }

  /** Reads all metrics every 15 s, until the returned function is called. */
  async scrape(endpoints: Endpoints): Promise<() => Promise<void>> {
    const { orderApi, orderProcessor, inventory, payment, email, analytics, deadLetters } = endpoints;
    await this.read([orderApi, orderProcessor, inventory, payment, email, analytics, deadLetters!]);
    return () => this.read([]);
  }

  close(): Promise<void> {
    return this.server.stop();
  }

  private async read(urls: string[]): Promise<void> {
    await fetch(this.url, { method: 'PUT', body: JSON.stringify(urls) });
  }
}
