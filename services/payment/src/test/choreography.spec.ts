import type { InventoryReserved } from '@waybill/contracts';
import { type HandlerContext, Postpone } from '@waybill/messaging';
import { seal } from '@waybill/platform';
import { InventoryReservedHandler } from '../choreography/inventory-reserved.handler.js';
import { OrderAbortedHandler } from '../choreography/order-aborted.handler.js';
import { PAYMENT_TOKEN_KEY, PaymentHarness } from './payment.fixture.js';

let harness: PaymentHarness;
beforeAll(async () => {
  harness = await PaymentHarness.start();
});
afterAll(() => harness.stop());

const context = () =>
  ({ message: { time: new Date().toISOString() }, outbox: harness.deps.outbox }) as unknown as HandlerContext;
const charge = (event: InventoryReserved) => new InventoryReservedHandler(harness.deps).handle(event, context());
const abort = ({ orderId, attempt }: InventoryReserved) =>
  new OrderAbortedHandler(harness.deps).handle({ orderId, attempt }, context());

function reserved(token: string): InventoryReserved {
  const orderId = crypto.randomUUID();
  const paymentToken = seal(token, PAYMENT_TOKEN_KEY, orderId);
  const total = { amount: 4_200, currency: 'EUR' };
  return { orderId, attempt: 1, saga: 'choreography', items: [], charge: { customerId: 'cus_1', total, paymentToken } };
}

const events = async (event: InventoryReserved) =>
  (await harness.events(event)).map(({ type, body }) => [
    type.split('.')[1],
    (body as { saga?: string }).saga ?? 'no step follows',
  ]);

describe('a choreographed payment', () => {
  it('is charged once, however often the event arrives, and the next step follows', async () => {
    const event = reserved('tok_ok');
    await charge(event);
    await charge(event);
    expect(await harness.ledger(event)).toEqual(['charge 4200']);
    expect(await events(event)).toEqual([['PaymentCharged', 'choreography']]);
  });

  it('that is declined is undone by the services before', async () => {
    const event = reserved('tok_declined');
    await charge(event);
    expect(await events(event)).toEqual([['PaymentFailed', 'choreography']]);
  });

  it('waits for a provider that does not answer', async () => {
    const event = reserved('tok_unavailable');
    await expect(charge(event)).rejects.toBeInstanceOf(Postpone);
    expect(await events(event)).toEqual([]);
  });

  it('is refunded when its order is aborted, and the way back goes on', async () => {
    const event = reserved('tok_ok');
    await charge(event);
    await abort(event);
    expect(await harness.ledger(event)).toEqual(['charge 4200', 'refund 4200']);
    expect((await events(event)).map(([type]) => type)).toEqual(['PaymentCharged', 'PaymentRefunded', 'PaymentUndone']);
  });

  it('never happens after its order was aborted', async () => {
    const event = reserved('tok_ok');
    await abort(event);
    await charge(event);
    expect(await harness.ledger(event)).toEqual([]);
    expect((await events(event)).map(([type]) => type)).toEqual(['PaymentUndone']);
  });

  it('whose charge was never recorded is told with its refund, and no step follows from it', async () => {
    const event = reserved('tok_lost_reply');
    await expect(charge(event)).rejects.toBeInstanceOf(Postpone);
    await abort(event);
    expect(await harness.ledger(event)).toEqual(['charge 4200', 'refund 4200']);
    expect(await events(event)).toEqual([
      ['PaymentCharged', 'no step follows'],
      ['PaymentRefunded', 'no step follows'],
      ['PaymentUndone', 'no step follows'],
    ]);
  });
});
