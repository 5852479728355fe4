import type { OutboxMessage } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import type { Producer } from 'kafkajs';
import { batchesOf } from './messages.js';

/** The settings from its performance page. */
const worker = {
  concurrentJobs: 24,
  maxPoolSize: 25,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};
const logger = new Logger(() => () => {});

interface Payload {
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  body: string;
}

/** One job per message; its task publishes the message. */
export class GraphileWorkerOutbox {
  private constructor(
    readonly database: FreshDatabase,
    private readonly producer: Producer,
  ) {}

  static async open(producer: Producer): Promise<GraphileWorkerOutbox> {
    const database = await freshDatabase();
    const utils = await makeWorkerUtils({ connectionString: database.url, logger });
    await utils.migrate();
    await utils.release();
    return new GraphileWorkerOutbox(database, producer);
  }

  async add(messages: readonly OutboxMessage[]): Promise<void> {
    const utils = await makeWorkerUtils({ connectionString: this.database.url, logger });
    for (const batch of batchesOf(messages, 500)) {
      await utils.addJobs(
        batch.map(({ destination: topic, key, headers, body }) => ({
          identifier: 'publish',
          payload: { topic, key, headers, body: body.toString() } satisfies Payload,
        })),
      );
    }
    await utils.release();
  }

  async relay(count: number): Promise<void> {
    const { promise: all, resolve } = Promise.withResolvers<void>();
    let published = 0;
    const runner = await run({
      preset: { worker: { ...worker, connectionString: this.database.url, logger } },
      noHandleSignals: true,
      taskList: {
        publish: async (payload) => {
          const { topic, key, headers, body } = payload as Payload;
          await this.producer.send({ topic, messages: [{ key, headers, value: body }], acks: -1 });
          if (++published === count) resolve();
        },
      },
    });
    await all;
    await runner.stop();
  }
}
