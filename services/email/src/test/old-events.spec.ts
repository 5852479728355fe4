import { OrderCancelled, OrderConfirmed, OrderFailed } from '@waybill/contracts';
import { releaseParkedOf } from '@waybill/messaging';
import { until } from '@waybill/testing';
import { anOrder, type Email, sent, startEmail, untilSent } from './email.fixture.js';
import { SmtpServer } from './smtp-server.fixture.js';

const ReleaseParked = releaseParkedOf('email');
const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1_000 - 1).toISOString();

let email: Email;
let smtp: SmtpServer;
beforeAll(async () => {
  smtp = await SmtpServer.listen();
  email = await startEmail(smtp.url);
});
afterAll(async () => {
  await email.stop();
  await smtp.close();
});

/** Publishes an event that becomes a dead letter, so that its key is parked; resolves with the event's id. */
async function deadLetter(order: OrderConfirmed): Promise<string> {
  const id = await email.kafka.publish(OrderConfirmed, { ...order, total: 'much' } as never);
  await until('it is parked', async () => (await parked(order.orderId)) === 1);
  return id;
}

function release(messageId: string, action: 'resubmit' | 'discard', body?: object): Promise<string> {
  const bytes = body && { body: Buffer.from(JSON.stringify(body)).toString('base64') };
  return email.rabbit.send(ReleaseParked, {
    source: 'orders.events',
    eventSource: '/test',
    messageId,
    key: null,
    action,
    by: 'ada',
    ...bytes,
  });
}

describe('an event that is older than a day', () => {
  it('mails nobody, so that history can be replayed, and is counted', async () => {
    const [old, fresh] = [anOrder(), anOrder()];
    const before = await email.handled('orders.events');
    await email.kafka.publish(OrderConfirmed, { ...old, confirmedAt: yesterday });
    await email.kafka.publish(OrderFailed, { ...old, failedAt: yesterday, reason: 'TIMED_OUT' });
    await email.kafka.publish(OrderCancelled, { ...old, cancelledAt: yesterday });
    await email.untilHandled('orders.events', before + 3);

    // Mails of the old events would have been sent before this one.
    await email.kafka.publish(OrderConfirmed, fresh);
    await untilSent(email, fresh.orderId);
    expect(smtp.mails.filter((mail) => mail.includes(old.orderId))).toEqual([]);
    expect(await sent(email, old.orderId)).toEqual([]);
    expect(await email.metric('mails_total', ['outcome="skipped"'])).toBe(3);
  });

  it('is mailed when it waited as a dead letter that an operator resubmits', async () => {
    const order = anOrder({ confirmedAt: yesterday });
    const id = await deadLetter(order);
    await release(id, 'resubmit', order);
    await untilSent(email, order.orderId);
  });

  it('is mailed when it waited behind a dead letter of its key', async () => {
    const order = anOrder({ confirmedAt: yesterday });
    const id = await deadLetter(order);
    await email.kafka.publish(OrderConfirmed, order);
    await until('it is parked', async () => (await parked(order.orderId)) === 2);
    await release(id, 'discard');
    await untilSent(email, order.orderId);
  });
});

const parked = async (key: string): Promise<number> =>
  (await email.database.pool.query('SELECT FROM waybill.parked WHERE key = $1', [key])).rowCount!;
