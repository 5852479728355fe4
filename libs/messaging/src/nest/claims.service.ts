import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CodedPool, pgTx } from '@waybill/outbox';
import { ClaimCheck, ClaimCleanUp } from '../claim-check/index.js';
import { MessagingOptions } from './messaging.options.js';

/** Connections besides the transactions' own: large bodies are rare, and an insert is short. */
const CONNECTIONS = 2;
const CONNECT_WITHIN = 5_000;

/** The claim check of a service that has an object store, and its clean-up as long as the application runs. */
@Injectable()
export class ClaimsService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly claimCheck: ClaimCheck | undefined;
  private readonly pool: CodedPool | undefined;
  private readonly cleanUp: ClaimCleanUp | undefined;

  constructor({
    objectStore: store,
    database,
    databaseUrl,
    kafkaRetention,
    topology,
    schema,
    logger,
  }: MessagingOptions) {
    if (!store) return;
    this.pool = new CodedPool({
      connectionString: databaseUrl,
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_WITHIN,
    });
    this.pool.on('error', (error) => logger.debug({ err: error }, 'the database is unavailable'));
    this.claimCheck = new ClaimCheck({
      store,
      database: pgTx(this.pool as never),
      eventRetention: retentionOf(kafkaRetention),
      compactedTopics: topology.topics.filter(({ compacted }) => compacted).map(({ name }) => name),
      schema,
    });
    this.cleanUp = new ClaimCleanUp({ store, database, schema, logger });
  }

  onApplicationBootstrap(): void {
    this.cleanUp?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.cleanUp?.stop();
    await this.pool?.end();
  }
}

const DAY = 24 * 60 * 60 * 1_000;

/** A body is retained a day longer than its event: Kafka removes whole segments, later than `retention.ms`. */
function retentionOf(retention: string | undefined): number {
  return retention && retention !== '-1' ? Number(retention) + DAY : Number.POSITIVE_INFINITY;
}
