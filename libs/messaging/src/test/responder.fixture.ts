import { PostgresInbox } from '@waybill/idempotency';
import type { TransactionRunner } from '@waybill/outbox';
import type { Connection } from 'rabbitmq-client';
import { MessageOutbox } from '../calls/index.js';
import type { ObjectStore } from '../claim-check/index.js';
import type { TaskContract } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { decode, type Handler, type HandlerOptions, inTransaction, pipeline, redeemClaim } from '../handling/index.js';
import { RabbitConsumer, RabbitPublisher } from '../rabbitmq/index.js';
import { quiet, registered } from './workbench.fixture.js';

export interface Responder {
  publisher: RabbitPublisher;
  stop(): Promise<void>;
}

const NO_DATABASE: TransactionRunner = {
  transaction: () => Promise.reject(new Error('this responder has no database')),
};

/** Without a database nobody writes down what is in hand. */
const NO_ATTEMPTS = { begin: async () => new Map(), end: () => {} };

/** A service that answers one kind of task, as `RabbitTransport` wires it. Without a database its handler has no transaction. */
export function startResponder<C extends TaskContract>(
  connection: Connection,
  task: C,
  handle: Handler<C>['handle'],
  { database = NO_DATABASE, objectStore }: { database?: TransactionRunner; objectStore?: ObjectStore } = {},
): Responder {
  const stopping = new AbortController();
  const publisher = new RabbitPublisher(connection);
  const options: HandlerOptions = { transaction: database !== NO_DATABASE };
  const registrations = registered(task, handle);
  for (const registration of registrations.values()) registration.options = options;
  const consumer = new RabbitConsumer({
    connection,
    publisher,
    queue: task.destination.name,
    prefetch: 10,
    consumer: 'responder',
    registrations,
    handle: pipeline(
      redeemClaim(objectStore),
      decode,
      inTransaction({
        database,
        inbox: new PostgresInbox(),
        outbox: new MessageOutbox({ source: '/responder' }),
        consumer: 'responder',
        answer: (reply) => publisher.publishOne(encode(reply, '/responder')),
      }),
    ),
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
