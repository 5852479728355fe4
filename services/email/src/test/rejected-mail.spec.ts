import { OrderConfirmed, SendEmail } from '@waybill/contracts';
import { failureOf } from '@waybill/messaging';
import { anOrder, type Email, sent, startEmail, untilSent } from './email.fixture.js';
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
      await untilSent(email, next.orderId);
    },
  );

  it('that was rejected is sent when an operator resubmits it to another address', async () => {
    smtp.reply = (command) => (command === 'RCPT' ? '550 no such user' : undefined);
    const order = anOrder();
    await email.kafka.publish(OrderConfirmed, order);
    const first = await email.rabbit.take('email.send-dlq');
    await email.rabbit.send(SendEmail, JSON.parse(first.body), { id: first.id });
    const again = await email.rabbit.take('email.send-dlq');
    expect(again.id).toBe(first.id); // one dead letter, which failed twice

    smtp.reply = () => undefined;
    await email.rabbit.send(SendEmail, { ...JSON.parse(first.body), to: 'ada@example.org' }, { id: first.id });
    await untilSent(email, order.orderId);
    expect(await sent(email, order.orderId)).toMatchObject([{ to: 'ada@example.org' }]);
    expect(smtp.mails.filter((mail) => mail.includes(order.orderId))).toHaveLength(1);
  });

  it('to an address with a comma goes to that one', async () => {
    const recipients: string[] = [];
    smtp.reply = (command, line) => {
      if (command === 'RCPT') recipients.push(line);
      return undefined;
    };
    const order = anOrder({ email: '"ada, bob"@example.com' });
    await email.kafka.publish(OrderConfirmed, order);
    await untilSent(email, order.orderId);
    expect(recipients).toEqual(['RCPT TO:<"ada, bob"@example.com>']);
  });
});
