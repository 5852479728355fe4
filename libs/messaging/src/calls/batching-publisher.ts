import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';

interface Waiting {
  message: OutboxMessage;
  resolve(outcome: PublishOutcome): void;
  reject(error: unknown): void;
}

const BATCH = 500;

/**
 * Batches messages that are published one by one: what arrives while a request is in flight forms the next one. The order
 * is that of the calls, and the higher the load, the larger the batches.
 */
export class BatchingPublisher implements Publisher {
  private waiting: Waiting[] = [];
  private isSending = false;

  constructor(private readonly publisher: Publisher) {}

  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const outcomes = messages.map(
      (message) =>
        new Promise<PublishOutcome>((resolve, reject) => {
          this.waiting.push({ message, resolve, reject });
        }),
    );
    if (!this.isSending) void this.sendAll();
    return Promise.all(outcomes);
  }

  private async sendAll(): Promise<void> {
    this.isSending = true;
    await Promise.resolve(); // what is published in the same tick goes into the first batch
    while (this.waiting.length) {
      const batch = this.waiting.splice(0, BATCH);
      try {
        const outcomes = await this.publisher.publish(batch.map(({ message }) => message));
        for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]!);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isSending = false; // in the same turn as the last look: what comes after it finds nobody sending
  }
}
