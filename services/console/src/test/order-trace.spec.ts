import { OrderCreated, OrderFailed } from '@waybill/contracts';
import { freshTopics } from '@waybill/testing';
import type { Trace } from '../orders/trace.js';
import { deadLetterOf, withFailure } from './console.fixture.js';
import { MAIL_ADDRESS, TracingConsole } from './order-trace.fixture.js';

const TRACE_ID = '5eb54971a64c3b2c1ee449ccf46cb299';

let system: TracingConsole;
beforeAll(async () => {
  system = await TracingConsole.start();
});
afterAll(() => system.stop());

const pathOf = (orderId: string) => `/orders/${orderId}/trace`;

async function trace(orderId = system.order.orderId): Promise<Trace> {
  const response = await system.get(pathOf(orderId));
  expect(response.status).toBe(200);
  return (await response.json()) as Trace;
}

describe('the trace of an order', () => {
  it('puts together what services, topics, the saga and dead letters tell, by time', async () => {
    const { orderId } = system.order;
    const traced = { headers: { traceparent: `00-${TRACE_ID}-f3129a3ca89f124c-01` } };
    await system.console.kafka.publish(OrderCreated, { orderId } as OrderCreated, traced);
    const inTopic = { ...OrderFailed, destination: { name: 'orders.events.email-dlq' } };
    const letter = await system.console.kafka.publish(inTopic, { orderId } as OrderFailed, withFailure());
    await deadLetterOf(system.console, letter);

    const { entries, missing, sagas, status } = await trace(orderId.toUpperCase());
    expect({ missing, sagas, status }).toEqual({
      missing: [],
      sagas: [{ attempt: 1, workflowId: `order-${orderId}-1` }],
      status: 'PENDING',
    });
    const times = entries.map(({ at }) => Date.parse(at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const told = (wanted: object) => expect(entries).toContainEqual(expect.objectContaining(wanted));
    told({ kind: 'http', service: 'order-api', what: 'PENDING' });
    told({ kind: 'message', service: 'order-api', what: OrderCreated.type, traceId: TRACE_ID });
    told({ kind: 'retry', service: 'payment', what: 'chargePayment attempt 3', attempt: 3 });
    told({ kind: 'saga-step', service: 'payment', what: 'chargePayment done', attempt: 3, durationMs: 2_000 });
    told({ kind: 'charge', service: 'payment', detail: '2500 EUR' });
    told({ kind: 'shipment', service: 'inventory', what: 'shipment dispatched' });
    told({ kind: 'mail', service: 'email', what: 'mail sent: order-confirmed' });
    told({ kind: 'retry', what: `first failure of ${OrderFailed.type}`, detail: 'no response' });
    told({ kind: 'dead-letter', attempt: 4, durationMs: 11_000 });
  });

  it('has no mail address', async () => {
    expect(JSON.stringify(await trace())).not.toContain(MAIL_ADDRESS);
  });

  it('leaves out the events of other orders', async () => {
    const other = crypto.randomUUID();
    await system.console.kafka.publish(OrderCreated, { orderId: other } as OrderCreated);
    const { entries } = await trace();
    expect(entries.filter(({ what }) => what === OrderCreated.type)).toHaveLength(1);
  });

  it.each([
    ['of an order that is not there', '01a21aa3-37ed-7067-8ab6-000000000000', 404],
    ['of what is no id', 'nope', 404],
    ['of a malformed path', '%00', 400],
  ])('%s is a problem', async (_, orderId, status) => {
    const response = await system.get(pathOf(orderId));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('is for operators', async () => {
    const path = pathOf(system.order.orderId);
    expect((await system.get(path, { headers: {} })).status).toBe(401);
    expect((await system.get(`${path}/events`, { headers: {} })).status).toBe(401);
  });
});

describe('with sources that do not answer', () => {
  it('the trace names each of them, and shows the others', async () => {
    const away = ['order-api', 'inventory', 'temporal'];
    const others = freshTopics(); // none of them is a topic of orders
    const broken = await TracingConsole.start({ away, KAFKA_TOPIC_PREFIX: others.prefix });
    try {
      const response = await broken.get(pathOf(broken.order.orderId));
      const { entries, missing } = (await response.json()) as Trace;
      expect(response.status).toBe(200);
      expect(missing.map(({ source }) => source).sort()).toEqual([...away, 'kafka'].sort());
      expect(missing.every(({ reason }) => reason)).toBe(true);
      expect(entries.map(({ kind }) => kind)).toEqual(['charge', 'mail']);
    } finally {
      await broken.stop();
      await others.drop();
    }
  });
});
