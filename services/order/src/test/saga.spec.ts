import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { FailureReason, PaymentActivities, ProcessOrder } from '@waybill/contracts';
import { backingServices, uniqueName } from '@waybill/testing';
import type { Outcome } from '../domain/order.js';
import { workflowBundle } from '../workflows/bundle.js';
import type { OrderActivities } from '../workflows/fulfil-order.activities.js';
import type { fulfilOrder, TaskReply } from '../workflows/fulfil-order.workflow.js';

interface Scenario {
  /** The steps that the saga requested, in order. */
  steps: string[];
  /** Inventory's reply to a request; undefined: none. */
  inventory: (request: string) => TaskReply | undefined;
  payment: PaymentActivities;
  /** The outcome that was decided before the saga decides one. */
  decided?: Outcome;
}

const taskQueue = uniqueName('sagas');
const scenarios = new Map<string, Scenario>();
let client: Client;
let native: NativeConnection;
let worker: Worker;
let running: Promise<void>;

beforeAll(async () => {
  const address = backingServices().temporal;
  client = new Client({ connection: await Connection.connect({ address }) });
  native = await NativeConnection.connect({ address });
  worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: { codePath: workflowBundle },
    activities: { ...orderActivities, ...paymentActivities },
  });
  running = worker.run();
});

afterAll(async () => {
  worker.shutdown();
  await running;
  await native.close();
  await client.connection.close();
});

const REPLIES: Record<string, TaskReply> = {
  reserve: { to: 'ReserveStock', outcome: 'reserved' },
  ship: { to: 'CreateShipment', outcome: 'created' },
  release: { to: 'ReleaseStock' },
  'cancel shipment': { to: 'CancelShipment' },
};

const HAPPY: Omit<Scenario, 'steps'> = {
  payment: { chargePayment: async () => ({ outcome: 'charged', paymentId: 'pay' }), refundPayment: async () => {} },
  inventory: (request) => REPLIES[request],
};

async function request(orderId: string, step: string): Promise<void> {
  record(orderId, step);
  const reply = scenarios.get(orderId)!.inventory(step);
  if (reply) await client.workflow.getHandle(`order-${orderId}-1`).signal('taskReplied', reply);
}

const record = (orderId: string, step: string) => void scenarios.get(orderId)!.steps.push(step);

const orderActivities: OrderActivities = {
  requestReservation: ({ orderId }) => request(orderId, 'reserve'),
  requestShipment: ({ orderId }) => request(orderId, 'ship'),
  requestRelease: ({ orderId }) => request(orderId, 'release'),
  requestShipmentCancellation: ({ orderId }) => request(orderId, 'cancel shipment'),
  markReserved: async ({ orderId }) => record(orderId, 'reserved'),
  confirmOrder: async ({ orderId }) => {
    record(orderId, 'confirm');
    return scenarios.get(orderId)!.decided ?? 'CONFIRMED';
  },
  decideFailure: async ({ orderId }) => scenarios.get(orderId)!.decided ?? 'FAILED',
  failOrder: async ({ orderId }, reason: FailureReason) => record(orderId, `fail: ${reason}`),
};

const paymentActivities: PaymentActivities = {
  chargePayment: (charge) => {
    record(charge.orderId, 'charge');
    return scenarios.get(charge.orderId)!.payment.chargePayment(charge);
  },
  refundPayment: async ({ orderId }) => record(orderId, 'refund'),
};

/** Runs one order's saga in the happy scenario with these changes. */
async function runSaga(changes: Partial<Scenario>, deadlines = { inventory: 60_000, payment: 60_000, order: 300_000 }) {
  const orderId = crypto.randomUUID();
  const steps: string[] = [];
  scenarios.set(orderId, { ...HAPPY, ...changes, steps });
  const order: ProcessOrder = {
    orderId,
    attempt: 1,
    customerId: 'cus_1',
    items: [{ sku: 'BOOK-001', quantity: 1 }],
    total: { amount: 100, currency: 'EUR' },
    paymentToken: 'tok_ok',
  };
  const handle: WorkflowHandleWithFirstExecutionRunId<typeof fulfilOrder> = await client.workflow.start('fulfilOrder', {
    taskQueue,
    workflowId: `order-${orderId}-1`,
    args: [{ order, deadlines, paymentsTaskQueue: taskQueue }],
  });
  return { result: await handle.result(), steps };
}

const noReplyTo = (ignored: string) => (step: string) => (step === ignored ? undefined : HAPPY.inventory(step));
const replyingTo = (changed: string, outcome: string) => (step: string) => {
  const reply = HAPPY.inventory(step);
  return step === changed ? { ...reply!, outcome } : reply;
};

describe('the saga of an order', () => {
  it('reserves, charges, ships and confirms', async () => {
    const { result, steps } = await runSaga({});
    expect(result).toEqual({ outcome: 'CONFIRMED' });
    expect(steps).toEqual(['reserve', 'reserved', 'charge', 'ship', 'confirm']);
  });

  it('fails at once when items are out of stock, with nothing to undo', async () => {
    const { result, steps } = await runSaga({ inventory: replyingTo('reserve', 'out-of-stock') });
    expect(result).toEqual({ outcome: 'FAILED', reason: 'OUT_OF_STOCK' });
    expect(steps).toEqual(['reserve', 'fail: OUT_OF_STOCK']);
  });

  it('releases the items when the payment is refused, with nothing to refund', async () => {
    const refused = {
      ...HAPPY.payment,
      chargePayment: async () => ({ outcome: 'refused', reason: 'PAYMENT_DECLINED' }) as const,
    };
    const { result, steps } = await runSaga({ payment: refused });
    expect(result).toEqual({ outcome: 'FAILED', reason: 'PAYMENT_DECLINED' });
    expect(steps).toEqual(['reserve', 'reserved', 'charge', 'release', 'fail: PAYMENT_DECLINED']);
  });

  it('undoes all steps in reverse when the shipment is rejected', async () => {
    const { steps } = await runSaga({ inventory: replyingTo('ship', 'cancelled') });
    expect(steps.slice(3)).toEqual(['ship', 'cancel shipment', 'refund', 'release', 'fail: INVENTORY_UNAVAILABLE']);
  });

  it('releases what inventory may have reserved when its reply does not arrive in time', async () => {
    const { result, steps } = await runSaga(
      { inventory: noReplyTo('reserve') },
      { inventory: 300, payment: 60_000, order: 300_000 },
    );
    expect(result).toEqual({ outcome: 'FAILED', reason: 'INVENTORY_UNAVAILABLE' });
    expect(steps).toEqual(['reserve', 'release', 'fail: INVENTORY_UNAVAILABLE']);
  });

  it('refunds what may have been charged when the payment has no result by its deadline', async () => {
    const failing = { ...HAPPY.payment, chargePayment: () => Promise.reject(new Error('no response')) };
    const { result, steps } = await runSaga({ payment: failing }, { inventory: 60_000, payment: 600, order: 300_000 });
    expect(result).toEqual({ outcome: 'FAILED', reason: 'PAYMENT_UNAVAILABLE' });
    expect(steps.slice(-3)).toEqual(['refund', 'release', 'fail: PAYMENT_UNAVAILABLE']);
  });

  it('undoes everything when the order was cancelled before it could be confirmed', async () => {
    const { result, steps } = await runSaga({ decided: 'CANCELLED' });
    expect(result).toEqual({ outcome: 'CANCELLED' });
    expect(steps.slice(4)).toEqual(['confirm', 'cancel shipment', 'refund', 'release']);
  });

  it('undoes nothing of a confirmed order, even if a step fails afterwards', async () => {
    const { result, steps } = await runSaga(
      { inventory: noReplyTo('ship'), decided: 'CONFIRMED' },
      { inventory: 300, payment: 60_000, order: 300_000 },
    );
    expect(result).toEqual({ outcome: 'CONFIRMED' });
    expect(steps).toEqual(['reserve', 'reserved', 'charge', 'ship']);
  });

  it('fails an order that takes longer than its deadline', async () => {
    const { result } = await runSaga(
      { inventory: noReplyTo('ship') },
      { inventory: 60_000, payment: 60_000, order: 1_000 },
    );
    expect(result).toEqual({ outcome: 'FAILED', reason: 'TIMED_OUT' });
  });

  it('repeats an undo request until there is a reply', async () => {
    let releases = 0;
    const thirdTimeLucky = (step: string): TaskReply | undefined => {
      if (step === 'ship') return { to: 'CreateShipment', outcome: 'cancelled' };
      return step === 'release' && ++releases < 3 ? undefined : HAPPY.inventory(step);
    };
    const { steps } = await runSaga({ inventory: thirdTimeLucky }, { inventory: 300, payment: 60_000, order: 300_000 });
    expect(steps.slice(-4)).toEqual(['release', 'release', 'release', 'fail: INVENTORY_UNAVAILABLE']);
  });
});
