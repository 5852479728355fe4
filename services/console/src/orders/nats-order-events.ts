import type { JetStreamClient } from '@nats-io/jetstream';
import { connectNats, loadNats } from '@waybill/messaging';
import type { Logger } from '@waybill/platform';
import {
  type EventReading,
  entryOf,
  type OrderEventLog,
  partitionOf,
  placedAt,
  type ReadOptions,
  TOPICS,
} from './order-events.js';

/** By consumers of its own, which end with the connection. `prefix` is that of every topic's name. */
export class NatsOrderEvents implements OrderEventLog {
  readonly broker = 'nats';

  constructor(
    private readonly url: string,
    private readonly prefix: string,
    private readonly logger: Logger,
  ) {}

  async open(orderId: string, options: ReadOptions): Promise<EventReading> {
    const connection = await connectNats({ url: this.url, name: 'order-trace', logger: this.logger });
    const { jetstream, jetstreamManager } = await loadNats();
    let failure: Error | undefined;
    void connection.closed().then((error) => {
      failure = error ?? new Error('the connection to NATS ended');
    });
    try {
      const manager = await jetstreamManager(connection);
      const readings = await Promise.all(
        TOPICS.map(async (topic) => {
          const { config } = await manager.streams.info(streamOf(this.prefix + topic));
          const partition = partitionOf(orderId, Number(config.metadata?.partitions ?? 1));
          return this.read(jetstream(connection), { topic, partition, orderId, options });
        }),
      );
      const caughtUp = Promise.all(readings).then(() => {});
      caughtUp.catch(() => {}); // whoever waits for it is told
      return { caughtUp, failure: () => failure, close: () => connection.close() };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Resolves when all that was there has been read. */
  private async read(
    client: JetStreamClient,
    { topic, partition, orderId, options }: { topic: string; partition: number; orderId: string; options: ReadOptions },
  ): Promise<void> {
    const { until = Number.POSITIVE_INFINITY, follow, seen } = options;
    const consumer = await client.consumers.get(streamOf(this.prefix + topic), {
      filter_subjects: `topic.${tokenOf(this.prefix + topic)}.${partition}`,
      deliver_policy: 'by_start_time',
      opt_start_time: new Date(placedAt(orderId)).toISOString(),
    });
    const { num_pending: unread } = await consumer.info();
    if (unread === 0 && !follow) return;
    const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
    if (unread === 0) resolve();
    const messages = await consumer.consume();
    const reading = (async () => {
      for await (const { headers, seq, time, info } of messages) {
        const written = time.getTime();
        const header = (name: string) => headers?.get(name.replace(/^ce_/, 'ce-')) || undefined;
        if (written <= until && headers?.get('record-key') === orderId)
          seen(entryOf({ topic, partition, offset: String(seq), written }, header));
        if (info.pending === 0 || written > until) resolve();
        if (!follow && (info.pending === 0 || written > until)) break;
      }
    })();
    return Promise.race([caughtUp, reading]);
  }
}

const tokenOf = (topic: string): string => topic.replaceAll('.', '=');
const streamOf = (topic: string): string => `topic-${tokenOf(topic)}`;
