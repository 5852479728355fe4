import { OrderConfirmed } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { anOrder, type Email, sent, startEmail, untilSent } from './email.fixture.js';
import { SmtpServer } from './smtp-server.fixture.js';

let email: Email;
let port: number;
let smtp: SmtpServer | undefined;

beforeAll(async () => {
  const server = await SmtpServer.listen();
  port = server.port;
  email = await startEmail(server.url);
  await server.close();
});
afterAll(async () => {
  await email.stop();
  await smtp?.close();
});

describe('a mail', () => {
  it('waits while no SMTP server runs and is sent once one does', async () => {
    const { orderId, ...order } = anOrder();
    await email.kafka.publish(OrderConfirmed, { orderId, ...order });
    await until('it was tried often', async () => (await email.metric('mails_total', ['outcome="unavailable"'])) > 9);
    expect(await sent(email, orderId)).toEqual([]);

    smtp = await SmtpServer.listen(port);
    await untilSent(email, orderId);
    expect(smtp.mails.filter((mail) => mail.includes(orderId))).toHaveLength(1);
    expect(await email.rabbit.waiting('email.send-dlq')).toBe(0);
  });

  it('that breaks its connection each time does not hold up the next one', async () => {
    const poison = anOrder();
    smtp!.reply = (command, line) => (command === 'RCPT' && line.includes('poison') ? 'hang up' : undefined);
    await email.kafka.publish(OrderConfirmed, { ...poison, email: 'poison@example.com' });
    await until('it was tried', async () => (await email.metric('mails_total', ['outcome="unavailable"'])) > 12);

    const next = anOrder();
    await email.kafka.publish(OrderConfirmed, next);
    await untilSent(email, next.orderId);
    smtp!.reply = () => undefined;
    await untilSent(email, poison.orderId);
  });
});
