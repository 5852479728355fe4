import { Client, Connection } from '@temporalio/client';
import { open } from '@waybill/platform';
import { backingServices } from '@waybill/testing';
import { sagaId } from '../domain/order.js';
import { Sagas } from '../workflows/sagas.js';
import { anOrder } from './an-order.fixture.js';

const KEY = 'the same as payment has';

/** It is in no database, so its saga ends without a charge. */
const order = anOrder({ paymentToken: 'tok_of_a_card', callbackUrl: 'https://example.com/hook' });

let client: Client;
beforeAll(async () => {
  client = new Client({ connection: await Connection.connect({ address: backingServices().temporal }) });
});
afterAll(() => client.connection.close());

describe('what Temporal stores of an order', () => {
  it('has its payment token sealed, and no address to reach its customer', async () => {
    await new Sagas(
      client,
      { connection: undefined },
      { inventory: 60_000, payment: 60_000, order: 60_000 },
      KEY,
    ).start(order);
    const { events } = await client.workflow.getHandle(sagaId(order)).fetchHistory();

    const [payload] = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
    const input = Buffer.from(payload!.data!).toString('utf8');
    expect(input).not.toMatch(/tok_of_a_card|ada@example\.com|https:/);
    expect(open(JSON.parse(input).order.paymentToken, KEY, order.orderId)).toBe('tok_of_a_card');
  });
});
