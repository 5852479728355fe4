import { setTimeout as pause } from 'node:timers/promises';
import { OrderConfirmed } from '@waybill/contracts';
import { ServiceBench, until } from '@waybill/testing';
import { anOrder, type SentMail } from './email.fixture.js';
import { EmailProcess } from './email-process.fixture.js';
import { SmtpServer } from './smtp-server.fixture.js';

let smtp: SmtpServer;
let email: ServiceBench<EmailProcess>;
beforeAll(async () => {
  smtp = await SmtpServer.listen();
  email = await ServiceBench.of((settings) => EmailProcess.start(settings, smtp.url));
});
afterAll(async () => {
  await email.stop();
  await smtp.close();
});

/** Kills the process when the server is about to reply to this command, for the first time, and starts it again. */
function killBefore(command: string): Promise<void> {
  const { promise: restarted, resolve, reject } = Promise.withResolvers<void>();
  let killed = false;
  smtp.reply = async (received) => {
    if (received !== command || killed) return undefined;
    killed = true;
    await email.app.kill();
    email.app.run().then(resolve, reject);
    return undefined;
  };
  return restarted;
}

/** The mails at the server of an order that is confirmed now, once one of them was recorded. */
async function mailsOfAnOrder(): Promise<string[]> {
  const order = anOrder();
  await email.kafka.publish(OrderConfirmed, order);
  const sent = async () => (await email.get<{ items: SentMail[] }>(`/emails?orderId=${order.orderId}`)).items.length;
  await until('the mail is recorded', async () => (await sent()) === 1, { within: '90s' });
  expect(await email.rabbit.waiting('email.send-dlq')).toBe(0);
  return smtp.mails.filter((mail) => mail.includes(order.orderId));
}

const messageIdOf = (mail: string) => /<order-confirmed\S+>/.exec(mail)![0];

describe('a process that is killed while it sends a mail', () => {
  it('before the server has it leaves it to be sent once', async () => {
    const restarted = killBefore('DATA');
    expect(await mailsOfAnOrder()).toHaveLength(1);
    await restarted;
  });

  it('after the server has it repeats it with the same Message-ID', async () => {
    const restarted = killBefore('.');
    const mails = await mailsOfAnOrder();
    await restarted;
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map(messageIdOf)).size).toBe(1);
  });
});

describe('the log', () => {
  it('has no address, whatever the server replies', async () => {
    const replies = [
      '451 <ada@example.com> is greylisted',
      '421 ada@example.com must wait',
      '550 ada@example.com is gone',
    ];
    smtp.reply = (command) => (command === 'RCPT' ? replies.shift() : undefined);
    const order = anOrder();
    await email.app.kill();
    await email.app.run({ MAIL_RETRY_AFTER: '100ms' });
    await email.kafka.publish(OrderConfirmed, order);

    const deadLetter = await email.rabbit.take('email.send-dlq');
    expect(deadLetter.headers['x-waybill-error']).toContain('ada@example.com is gone');
    const log = await until(
      'it is logged',
      async () => email.app.log.includes('dead-lettered a mail') && email.app.log,
    );
    for (const code of ['451', '421', '550']) expect(log).toContain(`"code":"${code}"`);
    expect(log).not.toContain('ada@');
  });
});

describe('a server that takes longer to confirm than a lease lasts', () => {
  it('gets the mail once, from one of two processes', async () => {
    const other = await email.app.copy();
    smtp.connections = 0;
    smtp.reply = async (command) => void (command === '.' && (await pause(25_000)));
    expect(await mailsOfAnOrder()).toHaveLength(1);
    expect(smtp.connections).toBe(1);
    await other.close();
  });
});
