import { consumers } from '@waybill/contracts';
import {
  type BatchRunner,
  Collector,
  ConsumerRegistrations,
  DeadLetterExpiry,
  KafkaCollector,
  RabbitCollector,
} from '@waybill/dlq';
import { DeadLetterService } from '@waybill/dlq/nest';
import type { EventCarrier, KafkaClient, RabbitClient, RabbitTopology } from '@waybill/messaging';
import type { Database, Logger } from '@waybill/platform';
import { GROUP, SOURCES } from '../sources.js';

export interface CollectOptions {
  database: Database;
  events: EventCarrier;
  kafka: KafkaClient;
  rabbit: RabbitClient;
  queues: RabbitTopology;
  /** Of topics. */
  prefix: string;
  /** How long resolved dead letters are kept, in ms. */
  retention: number;
  batches: BatchRunner;
  logger: Logger;
}

/** Collects the dead letters of all queues and topics, and of applications that register. */
export function deadLetterService({ database, events, kafka, rabbit, queues, logger, ...options }: CollectOptions) {
  const { prefix, retention, batches } = options;
  const collector = new Collector({ database, logger });
  /** The groups' topics. Dead letter topics of an application that registers are declared like the system's own. */
  const read = new Map(
    Object.entries(consumers).map(([group, { topics }]) => [group, new Set(topics.map(({ name }) => name))]),
  );
  const rabbitmq = new RabbitCollector({
    client: rabbit,
    sources: SOURCES.filter(({ kind }) => kind !== 'topic'),
    declare: () => queues.declare(),
    collector,
  });
  const kafkaCollector = new KafkaCollector({
    kafka,
    group: GROUP,
    sources: SOURCES.filter(({ kind }) => kind === 'topic'),
    async declare() {
      const readers = [...read].map(([group, topics]) => ({ group, reads: [...topics] }));
      const topics = events.topology([], readers);
      await topics.declare().finally(() => topics.close());
    },
    prefix,
    collector,
    logger,
  });
  return new DeadLetterService({
    collector,
    batches,
    rabbitmq,
    kafka: kafkaCollector,
    registrations: new ConsumerRegistrations({
      client: rabbit,
      database,
      collector,
      onConsumer({ consumer, topics }, sources) {
        read.set(consumer, (read.get(consumer) ?? new Set()).union(new Set(topics)));
        for (const source of sources.filter(({ kind }) => kind === 'queue')) rabbitmq.add(source);
        kafkaCollector.add(sources.filter(({ kind }) => kind === 'topic'));
      },
      logger,
    }),
    expiry: new DeadLetterExpiry({ database: database.autocommit, logger, retention }),
  });
}
