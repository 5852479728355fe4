import { OrderConfirmed } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { anOrder, type Email, sent, startEmail } from './email.fixture.js';
import { SmtpServer } from './smtp-server.fixture.js';

let email: Email;
let port: number;
let smtp: SmtpServer | undefined;

beforeAll(async () => {
  const gone = await SmtpServer.listen();
  port = gone.port;
  email = await startEmail(gone.url);
  await gone.close();
});
afterAll(async () => {
  await email.stop();
  await smtp?.close();
});

const untilSent = (orderId: string) =>
  until('the mail is sent', async () => (await sent(email, orderId)).length === 1, { within: '30s' });

const waiting = () => email.metric('waybill_messages_waiting_for_dependency', ['source="email.send"']);

describe('a mail', () => {
  it('waits while no SMTP server is there, is sent once one is, and that was no attempt', async () => {
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

  it('is sent though the server hangs up in the middle of it, and that was no attempt', async () => {
    let rudely = 5;
    smtp!.answer = (command) => (command === 'RCPT' && rudely-- > 0 ? 'hang up' : undefined);
    const { orderId, ...order } = anOrder();
    await email.kafka.publish(OrderConfirmed, { orderId, ...order });

    await untilSent(orderId);
    expect(rudely).toBeLessThan(0);
    expect(await email.handled('email.send', 'later')).toBe(0);
  });

  it.each([
    ['is shutting down', 'CONNECT', '421 come again'],
    ['takes nobody at the door', 'CONNECT', '554 no service here'],
    ['ends in the middle of it', 'MAIL', '421 shutting down'],
  ])(
    'is kept and sent later when the server %s, however often, and that was no attempt',
    async (_, refused, answer) => {
      let times = 5;
      smtp!.hangUp();
      smtp!.answer = (command) => (command === refused && times-- > 0 ? answer : undefined);
      const { orderId, ...order } = anOrder();
      await email.kafka.publish(OrderConfirmed, { orderId, ...order });

      await untilSent(orderId);
      expect(times).toBeLessThan(0);
      expect(await email.handled('email.send', 'later')).toBe(0);
    },
  );
});
