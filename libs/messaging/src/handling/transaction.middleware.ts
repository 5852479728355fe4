import type { Inbox } from '@waybill/idempotency';
import { allEnded, GroupCommit, type TransactionRunner, type Tx } from '@waybill/outbox';
import type { MessageOutbox } from '../calls/index.js';
import type { OutgoingMessage, TaskContract } from '../contract/index.js';
import type { HandlerContext } from './handler.js';
import type { Delivery, Middleware } from './pipeline.js';

export interface TransactionDeps {
  database: TransactionRunner;
  inbox: Inbox;
  outbox: MessageOutbox;
  /** Who takes the message, for the inbox. */
  consumer: string;
  /** Messages whose handlers may share one transaction at most. Default 1: none does. */
  groupCommit?: number | undefined;
  /** Sends the reply of a handler that has no transaction; resolves when the broker has it. */
  answer?: (reply: OutgoingMessage) => Promise<void>;
}

/** Calls the handler: its effect, its messages and the mark that this message was taken are one commit. */
export function inTransaction(deps: TransactionDeps): Middleware {
  const { database, groupCommit: size = 1 } = deps;
  const commit = new GroupCommit<Delivery>({
    database,
    size,
    work: (tx, deliveries) => handleOnce(deliveries, deps, tx),
  });
  return async (delivery) => {
    if (delivery.registration.options.transaction === false) return handle(delivery, deps);
    if (size > 1) return commit.do(delivery);
    await database.transaction((tx) => handleOnce([delivery], deps, tx));
  };
}

/** Does nothing for a message that was taken before. */
async function handleOnce(deliveries: readonly Delivery[], deps: TransactionDeps, tx: Tx): Promise<void> {
  const { consumer, inbox } = deps;
  const ids = deliveries.map(({ message }) => message.id);
  const fresh = await inbox.firstTimes(tx, consumer, ids);
  const first = deliveries.filter(({ message }) => fresh.delete(message.id));
  await allEnded(first.filter(isConcurrent).map((delivery) => handle(delivery, deps, tx)));
  for (const delivery of first) if (!isConcurrent(delivery)) await handle(delivery, deps, tx);
}

const isConcurrent = ({ registration }: Delivery): boolean => registration.options.concurrent === true;

async function handle(delivery: Delivery, { outbox, answer }: TransactionDeps, tx?: Tx): Promise<void> {
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
      if (!tx && answer) await answer(outgoing);
      else await outbox.add(context.tx, outgoing);
    },
  };
  await registration.handler.handle(body as never, context);
}
