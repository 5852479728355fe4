import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { until } from '@waybill/testing';
import { OtlpReceiver } from '../otlp-receiver.js';
import { anOrder, endpoints, mails, order, outcomeOf, post } from '../shop.js';
import { applicationProcesses, urlOf } from '../system/processes.js';
import { deadLetter, operate } from '../system/running-system.js';

describe('the mailbox', () => {
  const api = () => `${endpoints().mail}/api/email`;

  it.each(['http://evil.example', 'null', 'http://127.0.0.1'])(
    'is not shown to pages of the origin %s',
    async (origin) => {
      const response = await fetch(api(), { headers: { origin } });
      expect([response.status, await response.text()]).toEqual([403, '']);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('is shown to programs, and to its own page', async () => {
    const { origin } = new URL(api());
    expect((await fetch(api())).status).toBe(200);
    expect((await fetch(api(), { headers: { origin } })).status).toBe(200);
  });
});

it('the folders of data, logs and secrets are for their owner only', () => {
  const home = dirname(process.env.WAYBILL_ENDPOINTS!);
  const folders = readdirSync(home, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const modes = folders.map(({ name }) => [name, statSync(join(home, name)).mode & 0o777]);
  expect(modes.map(([name]) => name)).toEqual(expect.arrayContaining(['data', 'logs', 'secrets']));
  expect(modes.filter(([, mode]) => mode !== 0o700)).toEqual([]);
});

describe('what a customer entrusts', () => {
  const mark = `private-${crypto.randomUUID()}`;
  const secrets = {
    email: `${mark}-mail@customer.example`,
    paymentToken: `tok_${mark}`,
    callbackUrl: `https://${mark}-callback.example/hook?key=${mark}`,
    credential: `${mark}-credential`,
  };
  const { email, paymentToken, callbackUrl } = secrets;
  const headers = { authorization: `Bearer ${secrets.credential}` };
  let receiver: OtlpReceiver;
  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
  });
  afterAll(() => receiver.close());

  /** Requests that are accepted, rejected and cut off, with an order that fails, is resubmitted and fails again. */
  async function entrust(): Promise<string> {
    const whole = JSON.stringify(anOrder({ email, paymentToken, callbackUrl }));
    for (const body of [whole.slice(0, -1), whole.replace(',', ',,'), anOrder({ email, paymentToken, items: [] })])
      expect((await post(body, headers)).status).toBe(400);
    expect((await post(anOrder({ email: `${email}@`, paymentToken }), headers)).status).toBe(400);
    await fetch(`${endpoints().orderApi}/orders/${email}`, { headers });
    await fetch(`${endpoints().orderApi}/orders?customerId=${email}`, { headers });

    const response = await post(anOrder({ email, paymentToken, callbackUrl }), headers);
    const { orderId } = (await response.json()) as { orderId: string };
    await outcomeOf(orderId);
    const letter = await deadLetter({ class: 'business', source: 'orders.process', key: orderId });
    await operate(`/${letter.id}/resubmit`, {});
    await until('it failed again', async () => {
      const { attempt, terminal } = await order(orderId);
      return attempt === 2 && terminal;
    });
    await until('it is mailed', async () => (await mails(orderId)).length > 0);
    return orderId;
  }

  it('is in no log, no Temporal history, no metric and no trace', async () => {
    const orderId = await entrust();
    const places = {
      ...logs(),
      ...(await histories(orderId)),
      ...(await metrics()),
      traces: JSON.stringify(receiver.spans),
    };
    expect(Object.keys(places)).toEqual(
      expect.arrayContaining(['order-api.log', 'attempt 2', 'metrics of payment', 'traces']),
    );
    const found = Object.entries(places).flatMap(([place, text]) =>
      Object.entries(secrets).flatMap(([name, secret]) => (text.includes(secret) ? [`${name} is in ${place}`] : [])),
    );
    expect(found).toEqual([]);
  });
});

/** By name; of servers too, but not the mail server's, whose business is to show mails. */
function logs(): Record<string, string> {
  const folder = join(dirname(process.env.WAYBILL_ENDPOINTS!), 'logs');
  const names = readdirSync(folder).filter((name) => name !== 'mail.log');
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Each attempt's, with its payloads decoded; none when the saga is choreographed. */
async function histories(orderId: string): Promise<Record<string, string>> {
  const ofAttempt = async (attempt: number) => {
    const url = `${endpoints().temporalUi}/api/v1/namespaces/default/workflows/order-${orderId}-${attempt}/history`;
    const history = await (await fetch(url)).text();
    return [
      `attempt ${attempt}`,
      history.replace(/"data":\s*"([^"]+)"/g, (_, data) => `${Buffer.from(data, 'base64')}`),
    ];
  };
  return Object.fromEntries(await Promise.all([1, 2].map(ofAttempt)));
}

async function metrics(): Promise<Record<string, string>> {
  const of = async (name: string) => [`metrics of ${name}`, await (await fetch(`${urlOf(name)}/metrics`)).text()];
  return Object.fromEntries(await Promise.all(applicationProcesses.map(of)));
}
