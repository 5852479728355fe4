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
/** Orders whose mails are taken out of the mailbox again: whoever else looks into it knows nothing of them. */
const ours = new Set<string>();

let email: Email;
beforeAll(async () => {
  email = await startEmail(backingServices().smtp);
});
afterAll(async () => {
  await email.stop();
  for (const orderId of ours) {
    for (const { id } of await mails(orderId)) await fetch(`${mailbox}/${id}`, { method: 'DELETE' });
  }
});

async function mails(orderId: string): Promise<Mail[]> {
  const all = (await (await fetch(mailbox)).json()) as Mail[];
  return all.filter(({ headers }) => headers['x-waybill-order-id'] === orderId);
}

function ourOrder(): OrderConfirmed {
  const order = anOrder();
  ours.add(order.orderId);
  return order;
}

const untilMailed = (orderId: string, count = 1) =>
  until('the mail is in the mailbox', async () => {
    const found = await mails(orderId);
    return found.length >= count && found;
  });

describe('a confirmed order', () => {
  it('is mailed once to its customer, with what was bought and a Message-ID of its own', async () => {
    const { orderId, ...order } = ourOrder();
    await email.kafka.publish(OrderConfirmed, { orderId, ...order });

    const [mail] = await untilMailed(orderId);
    expect(mail!.to).toMatchObject([{ address: 'ada@example.com' }]);
    expect(mail!.subject).toBe(`Your order is confirmed (order ${orderId})`);
    expect(mail!.text).toContain('2 x Middlemarch, 14.99 EUR each');
    const messageId = `<order-confirmed.${orderId}.1@waybill.example>`;
    expect(mail!.headers['message-id']).toBe(messageId);
    await until('it is noted', async () => (await sent(email, orderId)).length > 0);
    expect(await mails(orderId)).toHaveLength(1);
    expect(await sent(email, orderId)).toMatchObject([
      { orderId, attempt: 1, type: 'order-confirmed', to: 'ada@example.com', messageId },
    ]);
  });

  it('is mailed once though its event comes again, as the same message or as another', async () => {
    const order = ourOrder();
    const [events, tasks] = [await email.handled('orders.events'), await email.handled('email.send')];
    const id = await email.kafka.publish(OrderConfirmed, order);
    await email.kafka.publish(OrderConfirmed, order, { id });
    await email.kafka.publish(OrderConfirmed, order);
    await email.untilHandled('orders.events', events + 3);
    await email.untilHandled('email.send', tasks + 2);

    expect(await mails(order.orderId)).toHaveLength(1);
    expect(await sent(email, order.orderId)).toHaveLength(1);
  });
});

describe('an order that was not to be', () => {
  it('is mailed with the reason when it failed', async () => {
    const { orderId, ...order } = ourOrder();
    const failedAt = new Date().toISOString();
    await email.kafka.publish(OrderFailed, { orderId, ...order, failedAt, reason: 'OUT_OF_STOCK' });

    const [mail] = await untilMailed(orderId);
    expect(mail).toMatchObject({ subject: `We could not fulfil your order (order ${orderId})` });
    expect(mail!.text).toContain('An item is out of stock.');
  });

  it('is mailed when it was cancelled', async () => {
    const { orderId, ...order } = ourOrder();
    await email.kafka.publish(OrderCancelled, { orderId, ...order, cancelledAt: new Date().toISOString() });
    const [mail] = await untilMailed(orderId);
    expect(mail).toMatchObject({ subject: `Your order was cancelled (order ${orderId})` });
  });

  it('is mailed for each attempt: a retried order that is then confirmed has both mails', async () => {
    const { orderId, ...order } = ourOrder();
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

describe('an event of the past', () => {
  it('mails nobody when it is older than a day, so that history can be read again', async () => {
    const [old, fresh] = [ourOrder(), ourOrder()];
    const before = await email.handled('orders.events');
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1_000 - 1).toISOString();
    const { orderId } = old;
    await email.kafka.publish(OrderConfirmed, { ...old, confirmedAt: yesterday });
    await email.kafka.publish(OrderFailed, { ...old, failedAt: yesterday, reason: 'TIMED_OUT' });
    await email.kafka.publish(OrderCancelled, { ...old, cancelledAt: yesterday });
    await email.untilHandled('orders.events', before + 3);

    // What the old ones had asked for would have been asked for before this.
    await email.kafka.publish(OrderConfirmed, fresh);
    await untilMailed(fresh.orderId);
    expect(await mails(orderId)).toEqual([]);
    expect(await sent(email, orderId)).toEqual([]);
  });
});
