import { OrderConfirmed } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { anOrder, type Email, OPERATOR_TOKEN, sent, startEmail, untilSent } from './email.fixture.js';
import { SmtpServer } from './smtp-server.fixture.js';

interface Consumers {
  items: { name: string; kind: string; state: string; pausedAt: string | null }[];
}

let smtp: SmtpServer;
let email: Email;
beforeAll(async () => {
  smtp = await SmtpServer.listen();
  email = await startEmail(smtp.url);
});
afterAll(async () => {
  await email.stop();
  await smtp.close();
});

async function request(method: 'GET' | 'POST', url: string, token = OPERATOR_TOKEN) {
  const response = await email.app.inject({ method, url, headers: { authorization: `Bearer ${token}` } });
  return { status: response.statusCode, body: response.json<Consumers & { type: string; detail: string }>() };
}

describe('the consumers of a service', () => {
  it('are listed, paused and resumed by operators; meanwhile the events wait, and the service is ready', async () => {
    const { body } = await request('GET', '/consumers');
    expect(body.items.map(({ name, kind, state }) => `${kind} ${name} ${state}`).sort()).toEqual([
      'queue email.parked running',
      'queue email.send running',
      'topic orders.events running',
    ]);

    expect((await request('POST', '/consumers/orders.events/pause')).status).toBe(200);
    const paused = await until('the topic is paused', async () => {
      const { items } = (await request('GET', '/consumers')).body;
      return items.find(({ state }) => state === 'paused');
    });
    expect(paused).toMatchObject({ name: 'orders.events', pausedAt: expect.any(String) });
    const order = anOrder();
    await email.kafka.publish(OrderConfirmed, order);
    const { status, checks } = await email.get<{ status: string; checks: object }>('/health/ready');
    expect([status, checks]).toEqual([
      'ready',
      expect.objectContaining({ kafka: { status: 'ok', note: 'paused by an operator: orders.events' } }),
    ]);
    expect(await email.metric('consumer_paused', ['source="orders.events"'])).toBe(1);
    expect(await sent(email, order.orderId)).toEqual([]);

    expect((await request('POST', '/consumers/orders.events/resume')).body.items).toMatchObject([{ state: 'running' }]);
    await untilSent(email, order.orderId);
  });

  it('are for operators only, and by the names that they have', async () => {
    for (const [method, path] of [
      ['GET', '/consumers'],
      ['POST', '/consumers/email/pause'],
      ['POST', '/consumers/email/resume'],
    ] as const)
      expect(await request(method, path, 'guessed')).toMatchObject({ status: 401 });
    expect(await request('POST', '/consumers/museum/pause')).toMatchObject({
      status: 404,
      body: { type: 'urn:waybill:problem:not-found', detail: 'this process consumes nothing named museum' },
    });
  });
});
