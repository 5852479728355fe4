import type { Endpoints } from '@waybill/shop-cli';
import { until } from '@waybill/testing';
import { connect } from 'amqplib';
import { Client } from 'pg';

export const ORDERS = 10_000;
export const DEAD_LETTERS = 1_000;

/** One order that was delivered and rows like its own, and messages that nobody can read. Resolves with the id of the real one. */
export async function fill(endpoints: Endpoints): Promise<string> {
  const orderId = await delivered(endpoints);
  await copyOrder(endpoints, orderId);
  await sendUnreadable(endpoints);
  return orderId;
}

async function delivered({ orderApi }: Endpoints): Promise<string> {
  const response = await fetch(`${orderApi}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      customerId: 'cus_1001',
      email: 'ada@example.com',
      items: [{ sku: 'BOOK-001', quantity: 1 }],
      paymentToken: 'tok_ok',
    }),
  });
  const { orderId } = (await response.json()) as { orderId: string };
  await until('it is delivered', async () => {
    const order = (await (await fetch(`${orderApi}/orders/${orderId}`)).json()) as { status: string };
    return order.status === 'DELIVERED';
  });
  return orderId;
}

/** By rows, because placing them would take a quarter of an hour. */
async function copyOrder({ postgres }: Endpoints, orderId: string): Promise<void> {
  const url = new URL(postgres);
  url.pathname = '/waybill_order';
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(
      `WITH copy AS (
         INSERT INTO orders SELECT (jsonb_populate_record(o, jsonb_build_object('order_id', gen_random_uuid()))).*
         FROM orders o, generate_series(1, $2) WHERE o.order_id = $1 RETURNING order_id)
       INSERT INTO order_history (order_id, attempt, status, reason, at)
       SELECT copy.order_id, h.attempt, h.status, h.reason, h.at FROM copy, order_history h WHERE h.order_id = $1`,
      [orderId, ORDERS - 1],
    );
  } finally {
    await client.end();
  }
}

async function sendUnreadable({ rabbitmq, deadLetters, operatorToken }: Endpoints): Promise<void> {
  const connection = await connect(rabbitmq);
  const channel = await connection.createConfirmChannel();
  for (let n = 0; n < DEAD_LETTERS; n++)
    channel.sendToQueue('email.send', Buffer.from(`not JSON ${n}`), { messageId: crypto.randomUUID() });
  await channel.waitForConfirms();
  await connection.close();
  const authorization = `Bearer ${operatorToken}`;
  await until(
    'all are dead letters',
    async () => {
      const response = await fetch(`${deadLetters}/dead-letters/groups`, { headers: { authorization } });
      const { items } = (await response.json()) as { items: { count: number }[] };
      return items.reduce((total, { count }) => total + count, 0) === DEAD_LETTERS;
    },
    { within: '2m' },
  );
}
