import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrateService } from '@waybill/platform';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { Server } from '../server.js';

const SERVICE = join(import.meta.dirname, '..', '..', '..', 'services', 'order');
const SKUS = Array.from({ length: 8 }, (_, n) => `BOOK-${n}`.padEnd(64, '0'));

/** An order that is 1 KiB of JSON. */
export const ORDER = JSON.stringify({
  customerId: 'cus_'.padEnd(64, '1'),
  email: `${'ada'.padEnd(60, 'x')}@${'example'.padEnd(60, 'x')}.com`,
  items: SKUS.map((sku) => ({ sku, quantity: 10 })),
  paymentToken: 'tok_'.padEnd(64, 'k'),
});

/** order-api as in production, with a database of its own and a catalogue in it; no relay runs. */
export class OrderApi {
  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly database: FreshDatabase,
  ) {}

  static async start(): Promise<OrderApi> {
    const database = await freshDatabase();
    const env = { DATABASE_URL: database.url, OUTBOX_BACKLOG_LIMIT: '100000000' };
    await migrateService({ url: database.url, folder: pathToFileURL(`${SERVICE}/`) });
    await database.pool.query(
      `INSERT INTO catalogue SELECT sku, 'A book', 1250, 'EUR' FROM unnest($1::text[]) AS sku`,
      [SKUS],
    );
    await database.pool.query('INSERT INTO catalogue_progress (read_to_the_end) VALUES (now())');
    const server = await Server.start(join(SERVICE, 'dist', 'main.api.js'), {
      ready: '/health/ready',
      env,
    });
    return new OrderApi(server.url, server, database);
  }

  /** Deletes what a relay would have published. */
  async settle(): Promise<void> {
    await this.database.pool.query('TRUNCATE waybill.outbox');
    await this.database.pool.query('CHECKPOINT');
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.database.drop();
  }
}
