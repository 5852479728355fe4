import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { idempotencyMigrations } from '@waybill/idempotency';
import { messagingMigrations, type Topology } from '@waybill/messaging';
import { KafkaTransport, MessagingModule, type MessagingOptions, RabbitTransport } from '@waybill/messaging/nest';
import { migrateLibraries, outboxMigrations } from '@waybill/outbox';
import { Database } from '@waybill/platform';
import { backingServices, type FreshDatabase, freshDatabase } from '@waybill/testing';
import pg from 'pg';

export const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** As many connections for everyone who is compared. */
export const CONNECTIONS = 20;

/** A database with the tables of the libraries and one in which effects are counted. */
export class EffectsDatabase {
  private constructor(
    private readonly fresh: FreshDatabase,
    readonly pool: pg.Pool,
    private readonly database: Database,
  ) {}

  static async open(): Promise<EffectsDatabase> {
    const fresh = await freshDatabase();
    const pool = new pg.Pool({ connectionString: fresh.url, max: CONNECTIONS });
    pool.on('error', () => {}); // the database is dropped while its last connections end
    await migrateLibraries(pool, outboxMigrations, idempotencyMigrations, messagingMigrations);
    await pool.query('CREATE TABLE public.effects (id bigserial PRIMARY KEY, about text NOT NULL, body text NOT NULL)');
    return new EffectsDatabase(fresh, pool, new Database({ url: fresh.url, logger: quiet, connections: CONNECTIONS }));
  }

  get url(): string {
    return this.fresh.url;
  }

  /** As every service of the shop has it. */
  asMessagingDatabase(): MessagingOptions['database'] {
    return this.database;
  }

  async count(): Promise<number> {
    const { rows } = await this.pool.query<{ count: string }>('SELECT count(*) FROM effects');
    return Number(rows[0]!.count);
  }

  async empty(): Promise<void> {
    await this.pool.query('TRUNCATE effects');
  }

  async drop(): Promise<void> {
    await Promise.all([this.pool.end(), this.database.close()]);
    await this.fresh.drop();
  }
}

export interface ServiceSettings {
  name: string;
  database: EffectsDatabase;
  topology: Topology;
  rabbitmqUrl: string;
  kafkaTopicPrefix?: string;
  prefetch?: Record<string, number>;
  groupCommit?: number;
  handlers: Provider[];
}

/** A service as a fork would write it, without its HTTP. */
export async function startService({ name, database, handlers, ...rest }: ServiceSettings) {
  const messaging: DynamicModule = MessagingModule.forRoot({
    service: name,
    database: database.asMessagingDatabase(),
    databaseUrl: database.url,
    kafkaBrokers: [backingServices().kafka],
    logger: quiet,
    ...rest,
  });
  class Service {}
  Module({ imports: [messaging], providers: handlers })(Service);
  const app = await NestFactory.createApplicationContext(Service, { logger: false });
  const transports = [app.get(KafkaTransport), app.get(RabbitTransport)];
  for (const transport of transports) transport.listen(() => {});
  return {
    get: app.get.bind(app) as typeof app.get,
    async stop(): Promise<void> {
      for (const transport of transports) await transport.close();
      await app.close();
    },
  };
}
