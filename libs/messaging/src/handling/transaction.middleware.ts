import { AsyncLocalStorage } from 'node:async_hooks';
import type { Inbox } from '@waybill/idempotency';
import { allSettledOrThrow, GroupCommit, type TransactionRunner, type Tx } from '@waybill/outbox';
import type { OutgoingMessage, TaskContract } from '../contract/index.js';
import { identityOf } from '../envelope/index.js';
import type { HandlerContext } from './handler.js';
import type { Delivery, Middleware } from './pipeline.js';

export interface TransactionOptions {
  database: TransactionRunner;
  inbox: Inbox;
  outbox: HandlerContext['outbox'];
  /** The message's consumer in the inbox. */
  consumer: string;
  /** Messages whose handlers may share one transaction. Default 1: none does. */
  groupCommit?: number | undefined;
  /** Sends the reply of a handler that has no transaction; resolves when the broker has it. */
  sendReply?: (reply: OutgoingMessage) => Promise<void>;
}

/** Calls the handler: its effect, its messages and the mark in the inbox are one commit. */
export function inTransaction(options: TransactionOptions): Middleware {
  const { database, groupCommit: size = 1 } = options;
  const commit = new GroupCommit<Entered>({
    database,
    size,
    work: (tx, deliveries) => handleOnce(deliveries, options, tx),
  });
  return async (delivery) => {
    if (delivery.registration.options.transaction === false) return handle(delivery, options);
    const entered = { delivery, enter: AsyncLocalStorage.snapshot() };
    if (size > 1) return commit.do(entered);
    await database.transaction((tx) => handleOnce([entered], options, tx));
  };
}

/** In a transaction of many messages, each is handled in its own asynchronous context: its trace, and its log lines. */
interface Entered {
  delivery: Delivery;
  enter<T>(work: () => T): T;
}

/** Does nothing for a message that was consumed before. */
async function handleOnce(deliveries: readonly Entered[], options: TransactionOptions, tx: Tx): Promise<void> {
  const { consumer, inbox } = options;
  const identities = deliveries.map(({ delivery }) => identityOf(delivery.message));
  const fresh = await inbox.firstTimes(tx, consumer, identities);
  const first = deliveries.filter((_, n) => fresh.delete(identities[n]!));
  const handleOne = ({ delivery, enter }: Entered) => enter(() => handle(delivery, options, tx));
  await allSettledOrThrow(first.filter(isConcurrent).map(handleOne));
  for (const one of first) if (!isConcurrent(one)) await handleOne(one);
}

const isConcurrent = ({ delivery }: Entered): boolean => delivery.registration.options.concurrent === true;

async function handle(delivery: Delivery, { outbox, sendReply }: TransactionOptions, tx?: Tx): Promise<void> {
  const { registration, message, signal, body } = delivery;
  const context: HandlerContext = {
    get tx() {
      if (!tx) throw new Error(`the handler of ${message.type} was declared without a transaction`);
      return tx;
    },
    outbox,
    message,
    signal,
    async reply(body) {
      const { reply } = registration.contract as TaskContract;
      if (!reply) return;
      const { correlationId, replyTo } = message;
      const outgoing = reply.of(body, { ...(correlationId && { correlationId }), ...(replyTo && { replyTo }) });
      if (!tx && sendReply) await sendReply(outgoing);
      else await outbox.add(context.tx, outgoing);
    },
  };
  await registration.handler.handle(body as never, context);
}
