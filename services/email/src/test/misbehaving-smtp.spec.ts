import { setTimeout as pause } from 'node:timers/promises';
import { OrderConfirmed } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { anOrder, type Email, sent, startEmail } from './email.fixture.js';
import { SmtpServer } from './smtp-server.fixture.js';

const COMMANDS = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', '.'];

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

beforeEach(() => {
  smtp.reply = () => undefined;
  smtp.connections = 0;
});

/** One connection after the other replies like this to one command after the other; later ones behave well. */
function misbehave(reply: string, commands = COMMANDS): void {
  const left = [...commands];
  smtp.reply = (command) => {
    if (command !== left[0]) return undefined;
    left.shift();
    return reply;
  };
}

/** Confirms an order; resolves with the number of its mails at the server, once they were recorded. */
async function mailsOfAnOrder(): Promise<number> {
  const order = anOrder();
  await email.kafka.publish(OrderConfirmed, order);
  await until('the mail is recorded as sent', async () => (await sent(email, order.orderId)).length === 1);
  expect(await email.rabbit.waiting('email.send-dlq')).toBe(0);
  return smtp.mails.filter((mail) => mail.includes(`<order-confirmed.${order.orderId}.1@`)).length;
}

describe('a mail is sent once, and is no dead letter, by a server that', () => {
  it('hangs up at any command', async () => {
    misbehave('hang up');
    expect(await mailsOfAnOrder()).toBe(1);
    expect(smtp.connections).toBe(COMMANDS.length + 1);
  });

  it('stays silent at any command', async () => {
    misbehave('silence');
    expect(await mailsOfAnOrder()).toBe(1);
    expect(smtp.connections).toBeGreaterThan(COMMANDS.length);
  });

  it('defers it at any command, also with 421', async () => {
    misbehave('451 greylisted, come back in five minutes', ['MAIL', 'RCPT', 'DATA', '.', 'RCPT', 'RCPT']);
    expect(await mailsOfAnOrder()).toBe(1);
    misbehave('421 shutting down');
    expect(await mailsOfAnOrder()).toBe(1);
  });

  it('rejects connections, and logins', async () => {
    misbehave('554 no service here', ['CONNECT', 'CONNECT', 'CONNECT']);
    expect(await mailsOfAnOrder()).toBe(1);
    expect(smtp.connections).toBe(4);
  });

  it('replies with what is no SMTP', async () => {
    misbehave('HTTP/1.1 400 Bad Request', ['CONNECT', 'EHLO', 'CONNECT']);
    expect(await mailsOfAnOrder()).toBe(1);
  });

  it('is slow at every command, within the timeouts: on one connection', async () => {
    smtp.reply = async () => void (await pause(300));
    expect(await mailsOfAnOrder()).toBe(1);
    expect(smtp.connections).toBe(1);
  });

  it('hangs up after it has confirmed', async () => {
    misbehave('hang up', ['QUIT']);
    expect(await mailsOfAnOrder()).toBe(1);
    expect(smtp.connections).toBe(1);
  });
});
