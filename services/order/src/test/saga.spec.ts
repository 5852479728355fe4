import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { FailureReason, PaymentActivities, ProcessOrder } from '@waybill/contracts';
import { backingServices, uniqueName } from '@waybill/testing';
import type { Outcome } from '../domain/order.js';
import { workflowBundle } from '../workflows/bundle.js';
import type { OrderActivities } from '../workflows/fulfil-order.activities.js';
import type { fulfilOrder, TaskReply } from '../workflows/fulfil-order.workflow.js';

/** A saga's story as others see it: what it asked for, in order. */
type Story = string[];

interface World {
  story: Story;
  /** How inventory answers what it is asked; nothing: it stays silent. */
  inventory: (asked: string) => TaskReply | undefined;
  payment: PaymentActivities;
  /** What was decided before the saga could decide anything. */
  decided?: Outcome;
}

const taskQueue = uniqueName('sagas');
const worlds = new Map<string, World>();
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

const GOOD: Omit<World, 'story'> = {
  payment: { chargePayment: async () => ({ outcome: 'charged', paymentId: 'pay' }), refundPayment: async () => {} },
  inventory: (asked) => REPLIES[asked],
};

async function ask(orderId: string, what: string): Promise<void> {
  const { story, inventory } = worlds.get(orderId)!;
  story.push(what);
  const reply = inventory(what);
  if (reply) await client.workflow.getHandle(`order-${orderId}-1`).signal('taskReplied', reply);
}

const tell = (orderId: string, what: string) => void worlds.get(orderId)!.story.push(what);

const orderActivities: OrderActivities = {
  requestReservation: ({ orderId }) => ask(orderId, 'reserve'),
  requestShipment: ({ orderId }) => ask(orderId, 'ship'),
  requestRelease: ({ orderId }) => ask(orderId, 'release'),
  requestShipmentCancellation: ({ orderId }) => ask(orderId, 'cancel shipment'),
  markReserved: async ({ orderId }) => tell(orderId, 'reserved'),
  confirmOrder: async ({ orderId }) => {
    tell(orderId, 'confirm');
    return worlds.get(orderId)!.decided ?? 'CONFIRMED';
  },
  decideFailure: async ({ orderId }) => worlds.get(orderId)!.decided ?? 'FAILED',
  failOrder: async ({ orderId }, reason: FailureReason) => tell(orderId, `fail: ${reason}`),
};

const paymentActivities: PaymentActivities = {
  chargePayment: (request) => {
    tell(request.orderId, 'charge');
    return worlds.get(request.orderId)!.payment.chargePayment(request);
  },
  refundPayment: async ({ orderId }) => tell(orderId, 'refund'),
};

/** Runs one order's saga in a world that is good but for these changes. */
async function saga(changes: Partial<World>, deadlines = { inventory: 60_000, payment: 60_000, order: 300_000 }) {
  const orderId = crypto.randomUUID();
  const story: Story = [];
  worlds.set(orderId, { ...GOOD, ...changes, story });
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
  return { result: await handle.result(), story };
}

const silentWhen = (silent: string) => (asked: string) => (asked === silent ? undefined : GOOD.inventory(asked));
const answersWith = (asked: string, outcome: string) => (what: string) => {
  const reply = GOOD.inventory(what);
  return what === asked ? { ...reply!, outcome } : reply;
};

describe('the saga of an order', () => {
  it('reserves, charges, ships and confirms', async () => {
    const { result, story } = await saga({});
    expect(result).toEqual({ outcome: 'CONFIRMED' });
    expect(story).toEqual(['reserve', 'reserved', 'charge', 'ship', 'confirm']);
  });

  it('fails at once when items are missing: there is nothing to undo', async () => {
    const { result, story } = await saga({ inventory: answersWith('reserve', 'out-of-stock') });
    expect(result).toEqual({ outcome: 'FAILED', reason: 'OUT_OF_STOCK' });
    expect(story).toEqual(['reserve', 'fail: OUT_OF_STOCK']);
  });

  it('gives the items back when the payment is refused: there is nothing to refund', async () => {
    const refused = {
      ...GOOD.payment,
      chargePayment: async () => ({ outcome: 'refused', reason: 'PAYMENT_DECLINED' }) as const,
    };
    const { result, story } = await saga({ payment: refused });
    expect(result).toEqual({ outcome: 'FAILED', reason: 'PAYMENT_DECLINED' });
    expect(story).toEqual(['reserve', 'reserved', 'charge', 'release', 'fail: PAYMENT_DECLINED']);
  });

  it('undoes all steps in reverse when the shipment is refused', async () => {
    const { story } = await saga({ inventory: answersWith('ship', 'cancelled') });
    expect(story.slice(3)).toEqual(['ship', 'cancel shipment', 'refund', 'release', 'fail: INVENTORY_UNAVAILABLE']);
  });

  it('releases what inventory may have reserved when its answer does not come in time', async () => {
    const { result, story } = await saga(
      { inventory: silentWhen('reserve') },
      { inventory: 300, payment: 60_000, order: 300_000 },
    );
    expect(result).toEqual({ outcome: 'FAILED', reason: 'INVENTORY_UNAVAILABLE' });
    expect(story).toEqual(['reserve', 'release', 'fail: INVENTORY_UNAVAILABLE']);
  });

  it('refunds what may have been charged when the payment has no answer until its deadline', async () => {
    const failing = { ...GOOD.payment, chargePayment: () => Promise.reject(new Error('no answer')) };
    const { result, story } = await saga({ payment: failing }, { inventory: 60_000, payment: 600, order: 300_000 });
    expect(result).toEqual({ outcome: 'FAILED', reason: 'PAYMENT_UNAVAILABLE' });
    expect(story.slice(-3)).toEqual(['refund', 'release', 'fail: PAYMENT_UNAVAILABLE']);
  });

  it('undoes everything when the order was cancelled before it could be confirmed', async () => {
    const { result, story } = await saga({ decided: 'CANCELLED' });
    expect(result).toEqual({ outcome: 'CANCELLED' });
    expect(story.slice(4)).toEqual(['confirm', 'cancel shipment', 'refund', 'release']);
  });

  it('undoes nothing of an order that was confirmed, though it then finds a reason to fail', async () => {
    const { result, story } = await saga(
      { inventory: silentWhen('ship'), decided: 'CONFIRMED' },
      { inventory: 300, payment: 60_000, order: 300_000 },
    );
    expect(result).toEqual({ outcome: 'CONFIRMED' });
    expect(story).toEqual(['reserve', 'reserved', 'charge', 'ship']);
  });

  it('gives up what takes longer than an order may take', async () => {
    const { result } = await saga(
      { inventory: silentWhen('ship') },
      { inventory: 60_000, payment: 60_000, order: 1_000 },
    );
    expect(result).toEqual({ outcome: 'FAILED', reason: 'TIMED_OUT' });
  });

  it('asks again for an undo that nobody answers', async () => {
    let asked = 0;
    const forgetful = (what: string): TaskReply | undefined => {
      if (what === 'ship') return { to: 'CreateShipment', outcome: 'cancelled' };
      return what === 'release' && ++asked < 3 ? undefined : GOOD.inventory(what);
    };
    const { story } = await saga({ inventory: forgetful }, { inventory: 300, payment: 60_000, order: 300_000 });
    expect(story.slice(-4)).toEqual(['release', 'release', 'release', 'fail: INVENTORY_UNAVAILABLE']);
  });
});
