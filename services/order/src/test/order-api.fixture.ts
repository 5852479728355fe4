import type { AddressInfo } from 'node:net';
import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import type { ApiConfig } from '../config.js';
import { serveDocs } from '../http/docs.js';
import { OrderApiModule } from '../order-api.module.js';

export interface OrderApi {
  app: Awaited<ReturnType<typeof createApp>>;
  port: number;
  /** Calls the API; the path begins with a slash. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

/** A database with a catalogue that is complete: BOOK-001 for 12.50 EUR, MUG-001 for 10 USD, FREE-001 for nothing. */
export async function orderDatabase(): Promise<FreshDatabase> {
  const database = await freshDatabase();
  await migrateService({ url: database.url, folder: new URL('../../', import.meta.url) });
  await database.pool.query(`INSERT INTO catalogue VALUES
    ('BOOK-001', 'Emma', 1250, 'EUR'), ('MUG-001', 'Mug', 1000, 'USD'), ('FREE-001', 'Bookmark', 0, 'EUR')`);
  await database.pool.query('INSERT INTO catalogue_progress (read_to_the_end) VALUES (now())');
  return database;
}

/** order-api on this database, listening on a free port. */
export async function startOrderApi(databaseUrl: string, changes: Partial<ApiConfig> = {}): Promise<OrderApi> {
  const config: ApiConfig = {
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    PORT: 0,
    DRAIN_DELAY: 0,
    DATABASE_URL: databaseUrl,
    OUTBOX_BACKLOG_LIMIT: 1_000,
    OUTBOX_AGE_LIMIT: 600_000,
    ORDER_WAIT_LIMIT: 600_000,
    IDEMPOTENCY_KEY_TTL: 86_400_000,
    ORDER_LIST: 'open',
    WEBHOOK_TARGETS: 'public',
    ...changes,
  };
  const logger = createLogger({ service: 'test', level: 'silent' });
  const app = await createApp(OrderApiModule.with(config, logger), logger);
  serveDocs(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, port, call: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init) };
}

export const anOrder = {
  customerId: 'cus_1',
  email: 'ada@example.com',
  items: [{ sku: 'BOOK-001', quantity: 2 }],
  paymentToken: 'tok_ok',
};

export const placing = (headers: Record<string, string> = {}, body: object = anOrder): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Places an order; returns its id. */
export async function place(api: OrderApi): Promise<string> {
  const response = await api.call('/orders', placing());
  return ((await response.json()) as { orderId: string }).orderId;
}
