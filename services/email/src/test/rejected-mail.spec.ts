import { OrderConfirmed, SendEmail } from '@waybill/contracts';
import { failureOf } from '@waybill/messaging';
import { until } from '@waybill/testing';
import { anOrder, type Email, sent, startEmail } from './email.fixture.js';
import { SmtpServer } from './smtp-server.fixture.js';

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

const untilSent = (orderId: string) =>
  until('the mail is sent', async () => (await sent(email, orderId)).length === 1, { within: '30s' });

describe('a mail', () => {
  it.each([
    ['its recipient', 'RCPT', '550 no such user'],
    ['its content', '.', '554 looks like spam'],
  ])(
    'that the server rejects for good because of %s is dead-lettered at once; the next one is sent',
    async (_, at, reply) => {
      smtp.reply = (command) => (command === at ? reply : undefined);
      const order = anOrder({ email: 'gone@example.com' });
      await email.kafka.publish(OrderConfirmed, order);

      const deadLetter = await email.rabbit.take('email.send-dlq');
      expect(deadLetter.type).toBe(SendEmail.type);
      expect(JSON.parse(deadLetter.body)).toMatchObject({ orderId: order.orderId, to: 'gone@example.com' });
      const failure = failureOf(deadLetter.headers);
      expect(failure).toMatchObject({ source: 'email.send', consumer: 'email', class: 'business', attempts: 1 });
      expect(failure?.error).toContain(reply);
      expect(await sent(email, order.orderId)).toEqual([]);

      smtp.reply = () => undefined;
      const next = anOrder();
      await email.kafka.publish(OrderConfirmed, next);
      await untilSent(next.orderId);
    },
  );

  it('that the server rejects temporarily is retried and sent', async () => {
    let busy = 1;
    smtp.reply = (command) => (command === 'RCPT' && busy-- > 0 ? '451 greylisted' : undefined);
    const order = anOrder();
    await email.kafka.publish(OrderConfirmed, order);

    await untilSent(order.orderId);
    expect(await email.handled('email.send', 'later')).toBe(1);
    expect(await email.rabbit.waiting('email.send-dlq')).toBe(0);
  });
});
