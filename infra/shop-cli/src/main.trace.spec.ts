import { jsonResponse, type Route } from '@waybill/testing';
import { allEndpoints, CommandHarness, UNREACHABLE } from './command.fixture.js';

const ORDER_ID = '01a21aa3-37ed-7067-8ab6-2c9537be8962';
const at = (seconds: number) => `2026-11-27T01:33:${54 + seconds}.000Z`;
const list = (...items: object[]) => jsonResponse(200, { items, nextCursor: null });
const order = {
  orderId: ORDER_ID,
  attempt: 1,
  email: 'ada@example.com',
  items: [{ sku: 'BOOK-001', quantity: 2 }],
  total: { amount: 2_500, currency: 'EUR' },
  updatedAt: at(3),
  history: [
    { status: 'PENDING', at: at(0) },
    { status: 'FAILED', at: at(3), reason: 'PAYMENT_DECLINED' },
  ],
};
const letter = {
  id: '7',
  source: 'orders.events',
  consumer: 'email',
  class: 'malformed',
  type: 'waybill.OrderFailed.v1',
  error: 'no total',
  attempts: 1,
  status: 'waiting',
  firstFailedAt: at(4),
  lastFailedAt: at(5),
};
const saga = {
  history: {
    events: [
      { eventId: '1', eventTime: at(1), eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED', aEventAttributes: {} },
      { eventId: '2', eventTime: at(1), eventType: 'EVENT_TYPE_WORKFLOW_TASK_SCHEDULED', aEventAttributes: {} },
    ],
  },
};

let harness: CommandHarness;
beforeEach(async () => {
  const found: Record<string, Route> = {
    [`GET /orders/${ORDER_ID}`]: jsonResponse(200, order),
    'GET /reservations': list({ sku: 'BOOK-001', quantity: 2, status: 'RELEASED' }),
    'GET /shipments': list(),
    'GET /payments': list({ type: 'charge', status: 'DECLINED', amount: 2_500, currency: 'EUR', at: at(2) }),
    'GET /ledger': list(),
    'GET /emails': list({ type: 'order-failed', to: 'ada@example.com', sentAt: at(3) }),
    'GET /dead-letters': list(letter),
    [`GET /api/v1/namespaces/default/workflows/order-${ORDER_ID}-1/history`]: jsonResponse(200, saga),
  };
  harness = await CommandHarness.start(found);
});
afterEach(() => harness.stop());

describe('npm run order:trace', () => {
  it('shows what every source tells in one timeline, names the one that does not answer, and exits with 1', async () => {
    const { stdout, code } = await harness.run('trace', ORDER_ID.toUpperCase());
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().replaceAll(/ {2,}/g, '  '));
    expect(lines).toEqual([
      `order ${ORDER_ID}, since ${at(0)}`,
      '0 ms  order  PENDING',
      '1.00 s  +1.00 s  saga  started',
      '2.00 s  +1.00 s  payment  charge DECLINED  2500 EUR',
      '3.00 s  +1.00 s  order  FAILED  PAYMENT_DECLINED',
      '3.00 s  +0 ms  email  mail sent: order-failed',
      '4.00 s  +1.00 s  email  first failure of waybill.OrderFailed.v1  no total',
      '5.00 s  +1.00 s  email  dead letter (malformed, 1 attempts, now waiting)  orders.events, npm run dlq -- show 7',
      expect.stringMatching(/^now: /),
      expect.stringMatching(/^now: /),
      'MISSING: kafka: endpoints.json has no address of it',
    ]);
    expect(code).toBe(1);
  });

  it('prints JSON, and no mail address', async () => {
    const { stdout } = await harness.run('trace', ORDER_ID, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      orderId: ORDER_ID,
      entries: expect.any(Array),
      missing: [{ source: 'kafka' }],
    });
    expect(stdout).not.toContain('ada@');
  });

  it('shows what the others tell when some are down', async () => {
    const url = UNREACHABLE;
    const endpoints = {
      ...allEndpoints(harness.system.url),
      orderApi: url,
      inventory: url,
      temporalUi: url,
      kafka: '127.0.0.1:1',
    };
    const { stdout, code } = await harness.runAt(endpoints, 'trace', ORDER_ID, '--json');
    const { entries, missing } = JSON.parse(stdout);
    expect(missing.map(({ source }: { source: string }) => source).sort()).toEqual([
      'inventory',
      'kafka',
      'order-api',
      'temporal',
    ]);
    expect(entries).toHaveLength(4);
    expect(code).toBe(1);
  });

  it.each([
    [
      'there is none',
      ['01a21aa3-37ed-7067-8ab6-000000000000'],
      1,
      'there is no order 01a21aa3-37ed-7067-8ab6-000000000000',
    ],
    ['it is no id', ['nope'], 2, "'nope' is no order id"],
    ['it is missing', [], 2, 'an order id is missing'],
  ])('says when %s', async (_, args, code, message) => {
    expect(await harness.run('trace', ...args)).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });
});
