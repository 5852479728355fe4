import { jsonResponse } from '@waybill/testing';
import { allEndpoints, CommandHarness, UNREACHABLE } from './command.fixture.js';
import { orderEvents } from './order/order-events.fixture.js';

let harness: CommandHarness;
afterEach(() => harness.stop());

const startWith = async (post = jsonResponse(202, { orderId: 'o', status: 'PENDING' })) => {
  harness = await CommandHarness.start({
    'POST /orders': post,
    'GET /orders/o': jsonResponse(200, { total: { amount: 2_580, currency: 'EUR' } }),
    'GET /orders/o/events': orderEvents([
      { id: 1, status: 'PENDING' },
      { id: 2, status: 'CONFIRMED' },
    ]),
  });
};

describe('npm run order', () => {
  it('shows the states of an order with their times, and its total', async () => {
    await startWith();
    const { stdout, code } = await harness.run('order');

    expect(stdout).toMatch(
      /ms {2}accepted as o\n.*ms {2}PENDING\n.*ms {2}CONFIRMED\n\nThe order is confirmed. Total: 25.80 EUR/,
    );
    expect(code).toBe(0);
  });

  it('places many orders and summarizes them', async () => {
    await startWith();
    const { stdout, code } = await harness.run('order', '--count', '25');

    expect(stdout).toContain('25/25  o  CONFIRMED  after');
    expect(stdout).toContain('25 orders: 25 CONFIRMED');
    expect(code).toBe(0);
  });

  it('exits with 1 when an order has no outcome', async () => {
    await startWith(jsonResponse(422, { title: 'The catalogue has no such SKU' }));
    const { stdout, code } = await harness.run('order', '--sku', 'BOOK-999');

    expect(stdout).toContain('rejected with 422: The catalogue has no such SKU');
    expect(code).toBe(1);
  });

  it('tells how to start a system when none is running', async () => {
    await startWith();
    const withoutFile = await harness.runScript('order');
    const withoutServer = await harness.runAt(allEndpoints(UNREACHABLE), 'order');

    for (const { stderr, code } of [withoutFile, withoutServer]) {
      expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('npm start'), code: 1 });
      expect(stderr).not.toContain('    at ');
    }
  });

  it.each([
    ['--toekn', 'tok_ok', 'did you mean --token?'],
    ['--token', 'tok_decline', 'did you mean tok_declined?'],
    ['--quantity', '0', 'must be at least 1'],
    ['--count', 'many', 'must be a number'],
    ['--timeout', 'soon', 'not a duration'],
  ])('rejects %s %s with 2: %s', async (option, value, message) => {
    await startWith();
    const { stderr, code } = await harness.run('order', option, value);
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining(message), code: 2 });
  });
});
