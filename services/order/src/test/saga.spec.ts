import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { FailureReason, PaymentActivities } from '@waybill/contracts';
import { backingServices, uniqueName } from '@waybill/testing';
import type { Decision } from '../persistence/order.repository.js';
import { workflowBundle } from '../workflows/bundle.js';
import type { OrderActivities, Requested, TaskReply } from '../workflows/fulfil-order.activities.js';
import type { FulfilOrder, fulfilOrder, OrderToFulfil } from '../workflows/fulfil-order.workflow.js';
import { registerSearchAttributes } from '../workflows/register-search-attributes.js';
import { recordMissingHistory } from './histories.fixture.js';

interface Scenario {
  /** The steps that the saga requested, in order. */
  steps: string[];
  /** Inventory's reply to a request; undefined: none. */
  inventory: (request: string) => TaskReply | undefined;
  payment: PaymentActivities;
  /** While their local activities wait. Otherwise replies come as signals. */
  repliesAtOnce?: boolean;
  /** The outcome that was decided before the saga decides one. */
  decided?: Decision;
  /** The step before which the attempt is closed. */
  closedBefore?: string;
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
  await registerSearchAttributes(client);
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

async function request(orderId: string, step: string): Promise<Requested> {
  if (!record(orderId, step)) return { isOpen: false };
  const { inventory, repliesAtOnce } = scenarios.get(orderId)!;
  const reply = inventory(step);
  if (reply && repliesAtOnce) return { isOpen: true, reply };
  if (reply) await client.workflow.getHandle(`order-${orderId}-1`).signal('taskReplied', reply);
  return { isOpen: true };
}

/** False when the attempt is closed by then. */
function record(orderId: string, step: string): boolean {
  const { steps, closedBefore } = scenarios.get(orderId)!;
  if (step === closedBefore) return false;
  steps.push(step);
  return true;
}

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
  failOrder: async ({ orderId }, reason: FailureReason) => void record(orderId, `fail: ${reason}`),
  cancelOrder: async ({ orderId }) => void record(orderId, 'cancelled'),
};

const paymentActivities: PaymentActivities = {
  chargePayment: (charge) => {
    record(charge.orderId, 'charge');
    return scenarios.get(charge.orderId)!.payment.chargePayment(charge);
  },
  refundPayment: async ({ orderId }) => void record(orderId, 'refund'),
};

/** Runs one order's saga in the happy scenario with these changes. */
async function runSaga(
  { isRestarted, undoing, ...changes }: Partial<Scenario> & Pick<FulfilOrder, 'isRestarted' | 'undoing'>,
  deadlines = { inventory: 60_000, payment: 60_000, order: 300_000 },
) {
  const orderId = crypto.randomUUID();
  const steps: string[] = [];
  scenarios.set(orderId, { ...HAPPY, ...changes, steps });
  const order: OrderToFulfil = {
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
    args: [{ order, deadlines, paymentsTaskQueue: taskQueue, isRestarted, undoing }],
  });
  const result = await handle.result();
  await recordMissingHistory(expect.getState().currentTestName!, () => handle.fetchHistory());
  return { result, steps };
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

  it('goes on without a signal when replies come at once, on its way and on its way back', async () => {
    const way = await runSaga({ repliesAtOnce: true });
    expect(way).toEqual({
      result: { outcome: 'CONFIRMED' },
      steps: ['reserve', 'reserved', 'charge', 'ship', 'confirm'],
    });

    const { steps } = await runSaga({ repliesAtOnce: true, inventory: replyingTo('ship', 'cancelled') });
    expect(steps.slice(3)).toEqual(['ship', 'cancel shipment', 'refund', 'release', 'fail: INVENTORY_UNAVAILABLE']);
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
    expect(steps.slice(4)).toEqual(['confirm', 'cancel shipment', 'refund', 'release', 'cancelled']);
  });

  it('does not wait for a payment when it is cancelled meanwhile, and undoes what may have happened', async () => {
    const { promise: late, resolve: end } =
      Promise.withResolvers<Awaited<ReturnType<PaymentActivities['chargePayment']>>>();
    const chargePayment = async ({ orderId }: Parameters<PaymentActivities['chargePayment']>[0]) => {
      await client.workflow.getHandle(`order-${orderId}-1`).cancel();
      return late;
    };
    const { result, steps } = await runSaga({ decided: 'CANCELLED', payment: { ...HAPPY.payment, chargePayment } });
    expect(result).toEqual({ outcome: 'CANCELLED' });
    expect(steps).toEqual(['reserve', 'reserved', 'charge', 'refund', 'release', 'cancelled']);
    end({ outcome: 'charged', paymentId: 'pay' });
  });

  it('undoes nothing of a confirmed order, even if a step fails afterwards', async () => {
    const { result, steps } = await runSaga(
      { inventory: noReplyTo('ship'), decided: 'CONFIRMED' },
      { inventory: 300, payment: 60_000, order: 300_000 },
    );
    expect(result).toEqual({ outcome: 'CONFIRMED' });
    expect(steps).toEqual(['reserve', 'reserved', 'charge', 'ship']);
  });

  it.each([
    ['reserve', ['release']],
    ['reserved', ['reserve', 'release']],
    ['ship', ['reserve', 'reserved', 'charge', 'cancel shipment', 'refund', 'release']],
  ])(
    'of which the database has no such attempt before %s undoes its steps and ends',
    async (closedBefore, expected) => {
      const { result, steps } = await runSaga({ closedBefore, decided: 'SUPERSEDED' });
      expect(result).toEqual({ outcome: 'SUPERSEDED' });
      expect(steps).toEqual(expected);
    },
  );

  it('ends with the outcome that the database has, and undoes nothing of a confirmed order', async () => {
    const { result, steps } = await runSaga({ closedBefore: 'reserve', decided: 'CONFIRMED' });
    expect(result).toEqual({ outcome: 'CONFIRMED' });
    expect(steps).toEqual([]);
  });

  it('that replaces a lost one takes every step again, and undoes each that the lost one may have taken', async () => {
    const again = await runSaga({ isRestarted: true });
    expect(again.result).toEqual({ outcome: 'CONFIRMED' });
    expect(again.steps).toEqual(['reserve', 'reserved', 'charge', 'ship', 'confirm']);

    const closed = await runSaga({ isRestarted: true, closedBefore: 'reserve' });
    expect(closed.steps).toEqual(['cancel shipment', 'refund', 'release', 'fail: TIMED_OUT']);
  });

  it('that continues an undo whose history became too long undoes every step, for the reason it had', async () => {
    const { result, steps } = await runSaga({ undoing: 'PAYMENT_DECLINED' });
    expect(result).toEqual({ outcome: 'FAILED', reason: 'PAYMENT_DECLINED' });
    expect(steps).toEqual(['cancel shipment', 'refund', 'release', 'fail: PAYMENT_DECLINED']);
  });

  it('fails an order that takes longer than its deadline', async () => {
    const { result } = await runSaga(
      { inventory: noReplyTo('ship') },
      { inventory: 60_000, payment: 60_000, order: 1_000 },
    );
    expect(result).toEqual({ outcome: 'FAILED', reason: 'TIMED_OUT' });
  });

  it('repeats an undo request, less and less often, until there is a reply', async () => {
    const releases: number[] = [];
    const thirdTimeLucky = (step: string): TaskReply | undefined => {
      if (step === 'ship') return { to: 'CreateShipment', outcome: 'cancelled' };
      return step === 'release' && releases.push(performance.now()) < 3 ? undefined : HAPPY.inventory(step);
    };
    const { steps } = await runSaga({ inventory: thirdTimeLucky }, { inventory: 300, payment: 60_000, order: 300_000 });
    expect(steps.slice(-4)).toEqual(['release', 'release', 'release', 'fail: INVENTORY_UNAVAILABLE']);
    expect(releases[2]! - releases[1]!).toBeGreaterThan(590); // the second wait is twice as long as the first
  });
});
