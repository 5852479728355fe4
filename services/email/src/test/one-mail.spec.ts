import { OrderCancelled, OrderConfirmed, OrderFailed } from '@waybill/contracts';
import { backingServices, until } from '@waybill/testing';
import { anOrder, type Email, sent, startEmail } from './email.fixture.js';

interface Mail {
  id: string;
  subject: string;
  text: string;
  to: { address: string }[];
  headers: Record<string, string>;
}

const mailbox = new URL('/api/email', backingServices().mail);
/** Orders whose mails are deleted afterwards: the mailbox is shared with a running system. */
const ownOrders = new Set<string>();

let email: Email;
beforeAll(async () => {
  email = await startEmail(backingServices().smtp);
});
afterAll(async () => {
  await email.stop();
  for (const orderId of ownOrders) {
    for (const { id } of await mails(orderId)) await fetch(`${mailbox}/${id}`, { method: 'DELETE' });
  }
});

async function mails(orderId: string): Promise<Mail[]> {
  const all = (await (await fetch(mailbox)).json()) as Mail[];
  return all.filter(({ headers }) => headers['x-waybill-order-id'] === orderId);
}

function newOrder(): OrderConfirmed {
  const order = anOrder();
  ownOrders.add(order.orderId);
  return order;
}

const untilMailed = (orderId: string, count = 1) =>
  until('the mail is in the mailbox', async () => {
    const found = await mails(orderId);
    return found.length >= count && found;
  });

describe('a confirmed order', () => {
  it('is mailed to its customer, with its items and a Message-ID of its own', async () => {
    const { orderId, ...order } = newOrder();
    await email.kafka.publish(OrderConfirmed, { orderId, ...order });

    const [mail] = await untilMailed(orderId);
    expect(mail!.to).toMatchObject([{ address: 'ada@example.com' }]);
    expect(mail!.subject).toBe(`Your order is confirmed (order ${orderId})`);
    expect(mail!.text).toContain('2 x Middlemarch, 14.99 EUR each');
    const messageId = `<order-confirmed.${orderId}.1@waybill.example>`;
    expect(mail!.headers['message-id']).toBe(messageId);
    await until('it is recorded', async () => (await sent(email, orderId)).length > 0);
    expect(await mails(orderId)).toHaveLength(1);
    expect(await sent(email, orderId)).toMatchObject([
      { orderId, attempt: 1, type: 'order-confirmed', to: 'ada@example.com', messageId },
    ]);
  });

  it('is mailed once when its event is repeated, as the same message or another one', async () => {
    const order = newOrder();
    const [events, tasks] = [await email.handled('orders.events'), await email.handled('email.send')];
    const id = await email.kafka.publish(OrderConfirmed, order);
    await email.kafka.publish(OrderConfirmed, order, { id });
    await email.kafka.publish(OrderConfirmed, order);
    await email.untilHandled('orders.events', events + 3);
    await email.untilHandled('email.send', tasks + 2);
    await untilMailed(order.orderId);

    // A second mail would have been sent before that of the next order.
    const next = newOrder();
    await email.kafka.publish(OrderConfirmed, next);
    await untilMailed(next.orderId);
    expect(await mails(order.orderId)).toHaveLength(1);
    expect(await sent(email, order.orderId)).toHaveLength(1);
  });
});

describe('a failed or cancelled order', () => {
  it('is mailed with the reason when it failed', async () => {
    const { orderId, ...order } = newOrder();
    const failedAt = new Date().toISOString();
    await email.kafka.publish(OrderFailed, { orderId, ...order, failedAt, reason: 'OUT_OF_STOCK' });

    const [mail] = await untilMailed(orderId);
    expect(mail).toMatchObject({ subject: `We could not fulfil your order (order ${orderId})` });
    expect(mail!.text).toContain('An item is out of stock.');
  });

  it('is mailed when it was cancelled', async () => {
    const { orderId, ...order } = newOrder();
    await email.kafka.publish(OrderCancelled, { orderId, ...order, cancelledAt: new Date().toISOString() });
    const [mail] = await untilMailed(orderId);
    expect(mail).toMatchObject({ subject: `Your order was cancelled (order ${orderId})` });
  });

  it('is mailed for each attempt: a retried order that is then confirmed has both mails', async () => {
    const { orderId, ...order } = newOrder();
    const failedAt = new Date().toISOString();
    await email.kafka.publish(OrderFailed, { orderId, ...order, failedAt, reason: 'PAYMENT_DECLINED' });
    await email.kafka.publish(OrderConfirmed, { orderId, ...order, attempt: 2 });

    const found = await untilMailed(orderId, 2);
    expect(found.map(({ headers }) => headers['x-waybill-mail-type']).sort()).toEqual([
      'order-confirmed',
      'order-failed',
    ]);
  });
});
