import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { type FreshDatabase, freshDatabase, until } from '@waybill/testing';
import { OrderApiModule } from '../order-api.module.js';

type App = Awaited<ReturnType<typeof createApp>>;

let database: FreshDatabase;
let app: App;

beforeAll(async () => {
  database = await freshDatabase();
  await migrateService({ url: database.url, folder: new URL('../../', import.meta.url) });
  await database.pool.query(`INSERT INTO catalogue VALUES ('BOOK-001', 'Emma', 1250, 'EUR')`);
  app = await start({});
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

async function start(limits: { OUTBOX_BACKLOG_LIMIT?: number }): Promise<App> {
  const config = {
    HOST: '127.0.0.1',
    LOG_LEVEL: 'silent',
    PORT: 0,
    DATABASE_URL: database.url,
    OUTBOX_BACKLOG_LIMIT: 1_000,
    OUTBOX_AGE_LIMIT: 600_000,
    IDEMPOTENCY_KEY_TTL: 86_400_000,
    ...limits,
  } as const;
  const started = await createApp(
    OrderApiModule.with(config, createLogger({ service: 'test', level: 'silent' })),
    silent,
  );
  await started.init();
  await started.getHttpAdapter().getInstance().ready();
  return started;
}

const silent = createLogger({ service: 'test', level: 'silent' });

const request = {
  customerId: 'cus_1',
  email: 'ada@example.com',
  items: [{ sku: 'BOOK-001', quantity: 2 }],
  paymentToken: 'tok_ok',
};
const post = (to: App) => to.inject({ method: 'POST', url: '/orders', payload: request });

describe('an accepted order', () => {
  it('is committed together with its event and its task', async () => {
    const { orderId } = (await post(app)).json<{ orderId: string }>();

    const { rows } = await database.pool.query(
      `SELECT target, destination, convert_from(body, 'UTF8')::json ->> 'orderId' AS order_id FROM waybill.outbox
       WHERE convert_from(body, 'UTF8')::json ->> 'orderId' = $1 ORDER BY seq`,
      [orderId],
    );
    expect(rows).toEqual([
      { target: 'kafka', destination: 'orders.events', order_id: orderId },
      { target: 'rabbitmq', destination: 'orders.process', order_id: orderId },
    ]);
    expect((await app.inject(`/orders/${orderId}`)).json()).toMatchObject({
      status: 'PENDING',
      total: { amount: 2_500, currency: 'EUR' },
      history: [{ status: 'PENDING' }],
    });
  });

  it('is not shown with its payment token', async () => {
    const { orderId } = (await post(app)).json<{ orderId: string }>();
    expect((await app.inject(`/orders/${orderId}`)).body).not.toContain('tok_ok');
  });
});

describe('order-api', () => {
  it('is not ready before its copy of the catalogue is complete', async () => {
    const before = await app.inject('/health/ready');
    expect(before.statusCode).toBe(503);
    expect(before.json()).toMatchObject({ checks: { catalogue: { status: 'failing' } } });

    await database.pool.query('INSERT INTO catalogue_progress (read_to_the_end) VALUES (now())');
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
  });

  it('rejects orders with 429 and Retry-After while too many messages are waiting to be published', async () => {
    const strict = await start({ OUTBOX_BACKLOG_LIMIT: 1 });
    await post(app);
    const rejected = await until('an order is rejected', async () => {
      const response = await post(strict);
      return response.statusCode === 429 && response;
    });
    expect(Number(rejected.headers['retry-after'])).toBeGreaterThan(0);
    expect(rejected.headers['content-type']).toContain('application/problem+json');
    await strict.close();
  });
});
