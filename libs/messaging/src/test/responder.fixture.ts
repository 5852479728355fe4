import { PostgresInbox } from '@waybill/idempotency';
import type { TransactionRunner } from '@waybill/outbox';
import { MessageOutbox } from '../calls/index.js';
import type { ObjectStore } from '../claim-check/index.js';
import type { TaskContract } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { decode, dispatchTo, type Handler, inTransaction, pipeline, redeemClaim } from '../handling/index.js';
import { messagingMetrics } from '../outcomes/index.js';
import { type RabbitClient, RabbitConsumer, RabbitPublisher } from '../rabbitmq/index.js';
import { quiet, registered } from './workbench.fixture.js';

export interface Responder {
  publisher: RabbitPublisher;
  stop(): Promise<void>;
}

const NO_DATABASE: TransactionRunner = {
  transaction: () => Promise.reject(new Error('this responder has no database')),
};

/** Without a database, messages in flight are not recorded. */
const NO_ATTEMPTS = { begin: async () => new Map(), end: () => {} };

/** A service that replies to one kind of task, as `RabbitTransport` wires it. Without a database its handler has no transaction. */
export function startResponder<C extends TaskContract>(
  client: RabbitClient,
  task: C,
  handle: Handler<C>['handle'],
  { database = NO_DATABASE, objectStore }: { database?: TransactionRunner; objectStore?: ObjectStore } = {},
): Responder {
  const stopping = new AbortController();
  const publisher = new RabbitPublisher(client);
  const registrations = registered(task, handle, { transaction: database !== NO_DATABASE });
  const pipe = pipeline(
    redeemClaim(objectStore),
    decode,
    inTransaction({
      database,
      inbox: new PostgresInbox(),
      outbox: new MessageOutbox({ source: '/responder' }),
      consumer: 'responder',
      sendReply: (reply) => publisher.publishOne(encode(reply, '/responder')),
    }),
  );
  const consumer = new RabbitConsumer({
    client,
    publisher,
    queue: task.destination.name,
    retryTiers: task.destination.retryTiers,
    prefetch: 10,
    consumer: 'responder',
    dispatch: dispatchTo({
      consumer: 'responder',
      registrations,
      handle: pipe,
      stopping: stopping.signal,
      metrics: messagingMetrics(),
      logger: quiet,
    }),
    attempts: NO_ATTEMPTS,
    stopping: stopping.signal,
    logger: quiet,
  });
  consumer.start();
  return {
    publisher,
    async stop() {
      stopping.abort();
      await consumer.stop();
      await publisher.close();
    },
  };
}
