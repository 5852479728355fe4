import type { Inbox } from '@waybill/idempotency';
import type { TransactionRunner, Tx } from '@waybill/outbox';
import type { OutgoingMessage, TaskContract } from './contract.js';
import type { HandlerContext } from './handler.js';
import type { MessageOutbox } from './message-outbox.js';
import type { Delivery, Middleware } from './pipeline.js';

export interface TransactionDeps {
  database: TransactionRunner;
  inbox: Inbox;
  outbox: MessageOutbox;
  /** Who takes the message, for the inbox. */
  consumer: string;
  /** Sends the reply of a handler that has no transaction; resolves when the broker has it. */
  answer?: (reply: OutgoingMessage) => Promise<void>;
}

/** Calls the handler: its effect, its messages and the mark that this message was taken are one commit. */
export function inTransaction(deps: TransactionDeps): Middleware {
  return async (delivery) => {
    if (delivery.registration.options.transaction === false) return handle(delivery, deps);
    await deps.database.transaction((tx) => handleOnce(delivery, deps, tx));
  };
}

/** Does nothing when the message was taken before. */
export async function handleOnce(delivery: Delivery, deps: TransactionDeps, tx: Tx): Promise<void> {
  const { consumer, inbox } = deps;
  if (await inbox.firstTime(tx, { consumer, messageId: delivery.message.id })) await handle(delivery, deps, tx);
}

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
