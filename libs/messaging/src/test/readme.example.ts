import { z } from 'zod';
import { type BodyOf, defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import type { Handler, HandlerContext } from '../handling/index.js';
import { Handles } from '../nest/index.js';

/** The example in the README, word for word: a test compares them, and runs this one. */

export const mail = defineQueue({ name: 'shop.mail' });
export const ThankCustomer = defineTask({
  type: 'shop.ThankCustomer.v1',
  queue: mail,
  subject: ({ orderId }) => orderId,
  schema: z.object({ orderId: z.string() }),
});

// README: an event and its handler
export const shopEvents = defineTopic({ name: 'shop.events' });
export const OrderPlaced = defineEvent({
  type: 'shop.OrderPlaced.v1',
  topic: shopEvents,
  subject: ({ orderId }) => orderId, // also the key: one order's events stay in order
  schema: z.object({ orderId: z.string() }),
});
export type OrderPlaced = BodyOf<typeof OrderPlaced>;

@Handles(OrderPlaced)
export class OrderPlacedHandler implements Handler<typeof OrderPlaced> {
  async handle({ orderId }: OrderPlaced, { tx, outbox }: HandlerContext) {
    await tx.query('INSERT INTO seen (order_id) VALUES ($1)', [orderId]);
    await outbox.add(tx, ThankCustomer.of({ orderId })); // leaves if and only if tx commits
  }
}
// end
