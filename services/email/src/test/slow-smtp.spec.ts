import { OrderConfirmed } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { anOrder, type Email, startEmail } from './email.fixture.js';
import { SmtpServer } from './smtp-server.fixture.js';

const CONNECTIONS = 5;
const MAILS = 30; // more than the service has database connections
const PATIENT = { SMTP_GREETING_TIMEOUT: 60_000, SMTP_REPLY_TIMEOUT: 60_000 };

let email: Email;
let smtp: SmtpServer;
beforeAll(async () => {
  smtp = await SmtpServer.listen();
  email = await startEmail(smtp.url, { SMTP_CONNECTIONS: CONNECTIONS, ...PATIENT });
});
afterAll(async () => {
  await email.stop();
  await smtp.close();
});

const openTransactions = async (): Promise<number> =>
  (
    await email.database.pool.query(
      `SELECT count(*)::integer AS count FROM pg_stat_activity
       WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    )
  ).rows[0].count;

describe('a server that confirms no mail', () => {
  it('holds up no message and no database connection; each mail is sent once when it confirms again', async () => {
    const { promise: confirming, resolve: confirm } = Promise.withResolvers<undefined>();
    smtp.reply = (command) => (command === '.' ? confirming : undefined);
    await Promise.all(Array.from({ length: MAILS }, () => email.kafka.publish(OrderConfirmed, anOrder())));

    await email.untilHandled('orders.events', MAILS);
    await email.untilHandled('email.send', MAILS);
    await until('mails are waiting for confirmation', async () => smtp.connections === CONNECTIONS);
    expect(await openTransactions()).toBe(0);
    expect(await email.get('/emails')).toMatchObject({ items: [] });

    confirm(undefined);
    await until(
      'all are recorded',
      async () => (await email.get<{ items: object[] }>('/emails')).items.length === MAILS,
    );
    expect(smtp.mails).toHaveLength(MAILS);
    expect(new Set(smtp.mails.map((mail) => /<order-confirmed\S+>/.exec(mail)![0])).size).toBe(MAILS);
    expect(await email.handled('email.send', 'later')).toBe(0);
  });
});
