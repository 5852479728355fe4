import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';

interface Waiting {
  message: OutboxMessage;
  resolve(outcome: PublishOutcome): void;
  reject(error: unknown): void;
}

const BATCH = 500;

/**
 * One request at a time for messages that come one by one from anywhere: what comes while a batch is on its way is the next
 * batch. So order is that of the calls, and the more is sent, the larger are the batches.
 */
export class BatchingPublisher implements Publisher {
  private waiting: Waiting[] = [];
  private sending: Promise<void> | undefined;

  constructor(private readonly publisher: Publisher) {}

  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const outcomes = messages.map(
      (message) =>
        new Promise<PublishOutcome>((resolve, reject) => {
          this.waiting.push({ message, resolve, reject });
        }),
    );
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
    });
    return Promise.all(outcomes);
  }

  private async sendAll(): Promise<void> {
    await Promise.resolve(); // what is published in the same breath goes into the first batch
    while (this.waiting.length) {
      const batch = this.waiting.splice(0, BATCH);
      try {
        const outcomes = await this.publisher.publish(batch.map(({ message }) => message));
        for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]!);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }
}
