import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import { splitBatch } from '../envelope/index.js';
import { BrokerRejection, type KafkaClient, type RecordProducer } from '../kafka-clients/index.js';
import { withTimeout } from '../outcomes/index.js';
import { toKafka } from './kafka-envelope.js';

const CONFIRMED_WITHIN = 10_000;

const PUBLISHED: PublishOutcome = { status: 'published' };

/** Error codes of a topic that accepts nothing now. */
const BLOCKED = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'LEADER_NOT_AVAILABLE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
]);

/** Error codes of messages that it will never accept; INVALID_RECORD: one without a key for a compacted topic. */
const REJECTED = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

/** One `publish` call: which of its messages were not published, and which topics are blocked. */
interface Batch {
  outcomes: Map<OutboxMessage, PublishOutcome>;
  blocked: Map<string, PublishOutcome>;
}

/**
 * Publishes to topics with acks=all by an idempotent producer, one request at a time, so that a key's messages keep their
 * order. The same key goes to the partition that Java's client would choose.
 */
export class KafkaPublisher implements Publisher {
  private producer: RecordProducer | undefined;

  constructor(
    private readonly kafka: KafkaClient,
    private readonly prefix = '',
  ) {}

  /** A topic that is missing or has too few replicas is blocked; a message that is too large for its topic is rejected. */
  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const batch: Batch = { outcomes: new Map(), blocked: new Map() };
    for (const portion of splitBatch(messages)) await this.settle(portion, batch);
    return messages.map((message) => batch.outcomes.get(message) ?? PUBLISHED);
  }

  async close(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    await producer?.close().catch(() => {}); // it is not used again
  }

  /** Sends them together. The broker does not say which of them it rejected: then topic by topic, or one by one. */
  private async settle(messages: readonly OutboxMessage[], batch: Batch): Promise<void> {
    const { outcomes, blocked } = batch;
    for (const message of messages) {
      const outcome = blocked.get(message.destination);
      if (outcome) outcomes.set(message, outcome);
    }
    const open = messages.filter((message) => !outcomes.has(message));
    if (open.length === 0) return;
    try {
      await this.send(open);
    } catch (error) {
      const outcome = outcomeOf(error);
      if (!outcome) throw error;
      const parts = outcome.status === 'blocked' ? byTopic(open) : open.map((message) => [message]);
      if (parts.length > 1) {
        for (const part of parts) await this.settle(part, batch);
        return;
      }
      for (const message of open) outcomes.set(message, outcome);
      if (outcome.status === 'blocked') blocked.set(open[0]!.destination, outcome);
    }
  }

  /** After an error the next request is a new producer's, whose sequence numbers start anew. */
  private async send(messages: readonly OutboxMessage[]): Promise<void> {
    this.producer ??= this.kafka.producer('all');
    const sent = this.producer.send(messages.map((message) => toKafka(message, this.prefix)));
    try {
      await withTimeout(CONFIRMED_WITHIN, 'Kafka did not confirm', sent);
    } catch (error) {
      void this.close();
      throw error;
    }
  }
}

function byTopic(messages: readonly OutboxMessage[]): OutboxMessage[][] {
  return [...Map.groupBy(messages, ({ destination }) => destination).values()];
}

/** What an error says about one topic or one message; undefined when it is about the connection. */
function outcomeOf(error: unknown): PublishOutcome | undefined {
  if (!(error instanceof BrokerRejection)) return undefined;
  if (BLOCKED.has(error.code)) return { status: 'blocked', reason: error.message };
  if (REJECTED.has(error.code)) return { status: 'rejected', reason: error.message };
  return undefined;
}
