import type { Producer } from '@platformatic/kafka';
import { bytesOf } from '../envelope/index.js';
import {
  type Acks,
  BrokerRejection,
  type KafkaSettings,
  type OutgoingRecord,
  type RecordProducer,
} from './kafka-client.js';
import { murmur2 } from './murmur2.js';
import { connectionOf, load } from './platformatic-library.js';

/** Sends by @platformatic/kafka. */
export class PlatformaticProducer implements RecordProducer {
  private opened: Promise<Producer> | undefined;

  constructor(
    private readonly settings: KafkaSettings,
    private readonly acks: Acks,
  ) {}

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    this.opened ??= this.open();
    const producer = await this.opened;
    try {
      await producer.send({
        messages: messagesOf(records),
        acks: this.acks === 'all' ? -1 : 0,
        idempotent: this.acks === 'all',
      });
    } catch (error) {
      throw rejectionIn(error) ?? error;
    }
  }

  async close(): Promise<void> {
    await (await this.opened)?.close();
  }

  private async open(): Promise<Producer> {
    const { Producer } = await load();
    const retries = this.acks === 'all' ? 1 : 0;
    return new Producer({ ...connectionOf(this.settings), retries, retryDelay: 50 });
  }
}

/** As the library takes them. */
export const messagesOf = (records: readonly OutgoingRecord[]) =>
  records.map(({ topic, key, headers, value }) => {
    const keyBytes = key === null ? undefined : bytesOf(key);
    return {
      topic,
      ...(keyBytes && { key: keyBytes }),
      headers: new Map(Object.entries(headers).map(([name, text]) => [bytesOf(name), bytesOf(text)])),
      value,
      // Taken modulo the number of partitions by the library, whose own partitioner treats the hash as unsigned.
      partition: murmur2(keyBytes ?? value),
    };
  });

/** The broker's error, wherever it is among the causes. */
function rejectionIn(error: unknown): BrokerRejection | undefined {
  const reasons = reasonsIn(error as Reason);
  const named = reasons.find(({ apiId }) => apiId && apiId !== OF_A_RECORD);
  if (named) return new BrokerRejection(named.apiId!, named.message, error);
  const isUnknown = ({ message }: Reason) => message.startsWith('Unknown topic ');
  const unknown = reasons.find(isUnknown); // the library drops the code of this one
  return unknown && new BrokerRejection('UNKNOWN_TOPIC_OR_PARTITION', unknown.message, error);
}

/** The library's code for an error about one record; the broker's own code is beside it. */
const OF_A_RECORD = 'UNKNOWN_SERVER_ERROR';

interface Reason {
  apiId?: string;
  message: string;
  errors?: Reason[];
  cause?: unknown;
}

function reasonsIn(error: Reason): Reason[] {
  const further = error.cause instanceof Error ? [error.cause] : [];
  return [error, ...[...(error.errors ?? []), ...further].flatMap(reasonsIn)];
}
