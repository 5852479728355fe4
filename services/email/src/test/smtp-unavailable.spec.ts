import { OrderConfirmed } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { anOrder, type Email, sent, startEmail } from './email.fixture.js';
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

const untilSent = (orderId: string) =>
  until('the mail is sent', async () => (await sent(email, orderId)).length === 1, { within: '30s' });

const waiting = () => email.metric('waybill_messages_waiting_for_dependency', ['source="email.send"']);

describe('a mail', () => {
  it('waits while no SMTP server runs and is sent once one does, which counts as no attempt', async () => {
    const { orderId, ...order } = anOrder();
    await email.kafka.publish(OrderConfirmed, { orderId, ...order });
    await until('the mail waits', async () => (await waiting()) === 1);
    expect(await sent(email, orderId)).toEqual([]);

    smtp = await SmtpServer.listen(port);
    await untilSent(orderId);
    expect(smtp.mails.filter((mail) => mail.includes(orderId))).toHaveLength(1);
    expect(await email.handled('email.send', 'later')).toBe(0);
    await until('no mail waits', async () => (await waiting()) === 0);
  });

  it('is sent although the server hangs up during it, which counts as no attempt', async () => {
    let hangUps = 5;
    smtp!.reply = (command) => (command === 'RCPT' && hangUps-- > 0 ? 'hang up' : undefined);
    const { orderId, ...order } = anOrder();
    await email.kafka.publish(OrderConfirmed, { orderId, ...order });

    await untilSent(orderId);
    expect(hangUps).toBeLessThan(0);
    expect(await email.handled('email.send', 'later')).toBe(0);
  });

  it.each([
    ['is shutting down', 'CONNECT', '421 try later'],
    ['accepts no connections', 'CONNECT', '554 no service here'],
    ['shuts down during it', 'MAIL', '421 shutting down'],
  ])('is sent later when the server %s, however often, which counts as no attempt', async (_, rejected, reply) => {
    let times = 5;
    smtp!.hangUp();
    smtp!.reply = (command) => (command === rejected && times-- > 0 ? reply : undefined);
    const { orderId, ...order } = anOrder();
    await email.kafka.publish(OrderConfirmed, { orderId, ...order });

    await untilSent(orderId);
    expect(times).toBeLessThan(0);
    expect(await email.handled('email.send', 'later')).toBe(0);
  });
});
