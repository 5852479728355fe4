import { CancelShipment, ProductUpserted } from '@waybill/contracts';
import { until } from '@waybill/testing';
import {
  anOrder,
  endpoints,
  mails,
  type Order,
  outcomeOf,
  place,
  post,
  reservations,
  settledSummary,
  untilOrder,
} from './shop.js';
import { OrderWorkload } from './shop-workload.js';
import type { Peers } from './system/peers.js';
import type { EffectCheck, SystemUnderTest } from './system/system-under-test.js';

export const shop: SystemUnderTest = {
  startWorkload: () => OrderWorkload.start(),
  requestsToDatabases,
  sendThroughEveryConsumer,
  businessReview: { source: 'orders.process', deadLetterQueue: 'orders-dlq' },
};

async function requestsToDatabases() {
  const { orderApi, inventory, payment, email, analytics, deadLetters, operatorToken } = endpoints();
  const orderId = await place();
  const order = { body: JSON.stringify(anOrder()), method: 'POST', headers: { 'content-type': 'application/json' } };
  return [
    [`${orderApi}/orders`, order],
    [`${orderApi}/orders/${orderId}`],
    [`${orderApi}/orders/${orderId}/status`],
    [`${inventory}/products/BOOK-001`],
    [`${payment}/payments?orderId=${orderId}`],
    [`${email}/emails?orderId=${orderId}`],
    [`${analytics}/analytics/summary`],
    [`${deadLetters}/dead-letters`, { headers: { authorization: `Bearer ${operatorToken}` } }],
  ] as const;
}

async function sendThroughEveryConsumer({ tasks, events }: Peers): Promise<readonly EffectCheck[]> {
  const before = await settledSummary();
  const sku = `NEW-${crypto.randomUUID()}`;
  const product = { sku, name: 'Germinal', unitPrice: { amount: 999, currency: 'EUR' } };
  await events.publish(ProductUpserted, product);
  const [good, declined] = await Promise.all([place(), place({ paymentToken: 'tok_declined' })]);

  return [
    {
      promise: 'a good order is delivered, mailed and counted',
      async check() {
        const { total } = await untilOrder(good, 'DELIVERED');
        await until('it is mailed', async () => (await mails(good)).length === 1);
        // Of the orders placed here only this one is sold.
        const counted = async () => (await settledSummary()).revenue.amount === before.revenue.amount + total.amount;
        await until('it is counted', counted);
      },
    },
    {
      promise: 'a declined order releases its items, and its shipment can be cancelled',
      async check() {
        expect(await outcomeOf(declined)).toMatchObject({ reason: 'PAYMENT_DECLINED' });
        expect(await reservations(declined)).toEqual([expect.objectContaining({ status: 'RELEASED' })]);
        const attempt = { orderId: declined, attempt: 1 };
        expect(await tasks.request(CancelShipment, attempt)).toEqual(attempt);
      },
    },
    {
      promise: 'a new product can be ordered',
      async check() {
        const orderId = await until('it is in the catalogue', async () => {
          const response = await post(anOrder({ items: [{ sku, quantity: 1 }] }));
          return response.status === 202 && ((await response.json()) as Order).orderId;
        });
        expect(await outcomeOf(orderId)).toMatchObject({ reason: 'OUT_OF_STOCK', total: product.unitPrice });
      },
    },
  ];
}
