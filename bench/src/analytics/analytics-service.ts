import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrateService } from '@waybill/platform';
import { backingServices, type FreshDatabase, freshDatabase, freshTopics, freshVhost } from '@waybill/testing';
import { Server } from '../server.js';

const SERVICE = join(import.meta.dirname, '..', '..', '..', 'services', 'analytics');
/** Orders of one statement. */
const CHUNK = 250_000;

/** 99 % delivered, the others failed; 20 SKUs, two currencies. Latencies are up to seven times longer and shorter than their median. */
const ORDERS = `
  INSERT INTO order_facts (order_id, status, total_amount, currency, created_at, confirmed_at, shipped_at, delivered_at, failed_at, sold)
  SELECT gen_random_uuid(), CASE WHEN fails THEN 'FAILED' ELSE 'DELIVERED' END, 1000 + n % 9000,
    CASE WHEN n % 50 = 0 THEN 'USD' ELSE 'EUR' END, created,
    CASE WHEN NOT fails THEN created + 1000 * speed * '1 ms'::interval END,
    CASE WHEN NOT fails THEN created + 60000 * speed * '1 ms'::interval END,
    CASE WHEN NOT fails THEN created + 120000 * speed * '1 ms'::interval END,
    CASE WHEN fails THEN created + 5000 * speed * '1 ms'::interval END,
    CASE WHEN NOT fails THEN jsonb_build_object('BOOK-' || n % 20, 1 + n % 3) END
  FROM generate_series(1, $1::integer) AS n,
    LATERAL (SELECT n % 100 = 0 AS fails, '2026-01-01Z'::timestamptz + n * '1 s'::interval AS created,
      exp(random() + random() + random() + random() - 2) AS speed) AS order_of`;

/** As the migration counts the orders that are there: with the function that the trigger uses, without its rows. */
const TOTALS = `
  INSERT INTO summary_totals AS total (measure, key, n, amount)
  SELECT measure, key, sum(n), sum(amount)
  FROM order_facts, summary_contributions(
    status, total_amount, currency, created_at, confirmed_at, shipped_at, delivered_at, failed_at, sold, refunds)
  GROUP BY measure, key`;

/** analytics as in production, with a database, topics and a vhost of its own. */
export class AnalyticsService {
  private constructor(
    private readonly server: Server,
    private readonly database: FreshDatabase,
    private readonly dropBrokers: () => Promise<unknown>,
  ) {}

  static async withOrders(count: number): Promise<AnalyticsService> {
    const [database, topics, vhost] = [await freshDatabase(), freshTopics(), await freshVhost()];
    await migrateService({ url: database.url, folder: pathToFileURL(`${SERVICE}/`) });
    await database.pool.query('ALTER TABLE order_facts DISABLE TRIGGER USER');
    for (let n = 0; n < count; n += CHUNK) await database.pool.query(ORDERS, [Math.min(CHUNK, count - n)]);
    await database.pool.query('ALTER TABLE order_facts ENABLE TRIGGER USER');
    await database.pool.query(TOTALS);
    await database.pool.query('VACUUM ANALYZE');
    const server = await Server.start(join(SERVICE, 'dist', 'main.js'), {
      ready: '/health/ready',
      env: {
        DATABASE_URL: database.url,
        RABBITMQ_URL: vhost.url,
        KAFKA_BROKERS: backingServices().kafka,
        KAFKA_TOPIC_PREFIX: topics.prefix,
      },
    });
    return new AnalyticsService(server, database, () => Promise.all([topics.drop(), vhost.drop()]));
  }

  /** Milliseconds of one GET /analytics/summary. */
  async timeSummary(): Promise<number> {
    const start = performance.now();
    const response = await fetch(`${this.server.url}/analytics/summary`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`GET /analytics/summary returned ${response.status}`);
    return performance.now() - start;
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.dropBrokers();
    await this.database.drop();
  }
}
