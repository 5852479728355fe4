import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { cancel, endpoints, ledger, order, outcomeOf, place, reservations, untilOrder } from '../shop.js';

let client: Client;
beforeAll(async () => {
  client = new Client({ connection: await Connection.connect({ address: endpoints().temporal }) });
});
afterAll(() => client.connection.close());

const terminateSagaOf = (orderId: string) => client.workflow.getHandle(`order-${orderId}-1`).terminate('a test');

/** Also when it has ended, or the next one has not begun yet. */
const terminateIfRunning = (orderId: string) =>
  terminateSagaOf(orderId).catch((error) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });

describe('an order whose saga is lost', () => {
  it('gets another one, which confirms it and charges it once', async () => {
    const orderId = await place({ paymentToken: 'tok_slow' });
    await untilOrder(orderId, 'RESERVED');
    await terminateSagaOf(orderId);

    await untilOrder(orderId, 'CONFIRMED');
    expect((await ledger(orderId)).map(({ type }) => type)).toEqual(['charge']);
  });

  it('while it is undone is undone to the end', async () => {
    const orderId = await place({ paymentToken: 'tok_unavailable' });
    await untilOrder(orderId, 'RESERVED');
    expect((await cancel(orderId)).status).toBe(202);
    await terminateIfRunning(orderId);

    expect(await outcomeOf(orderId)).toMatchObject({ status: 'CANCELLED' });
    expect(await ledger(orderId)).toEqual([]);
    for (const { status } of await reservations(orderId)) expect(status).toBe('RELEASED');
  });

  it('several times ends all the same', async () => {
    const orderId = await place({ paymentToken: 'tok_slow' });
    for (const status of ['RESERVED', 'RESERVED']) {
      await untilOrder(orderId, status);
      await terminateIfRunning(orderId);
    }
    const { history } = await untilOrder(orderId, 'CONFIRMED');
    expect(new Set(history.map(({ status }) => status)).size).toBe(history.length);
    expect((await order(orderId)).attempt).toBe(1);
  });
});
