import { ProcessOrder } from '@waybill/contracts';
import { BusinessRejection, type Handler, type HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { metric } from '@waybill/outbox';
import { Database, Logger } from '@waybill/platform';
import { Counter } from 'prom-client';
import { isTerminal, type Order } from '../domain/order.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { SagaStarter } from '../usecases/saga-starter.js';
import { SagaSlots } from './saga-slots.js';

/** For room among the sagas in progress. Less than RabbitMQ's consumer timeout of 30 minutes. */
const LONGEST_WAIT = 20 * 60_000;

/**
 * Starts the saga of this attempt, once: a repeated task finds that it began. The order is that of our own database, which
 * decides whether there is anything to start. A later attempt begins when an operator resubmits a failed order.
 */
@Handles(ProcessOrder, { transaction: false, timeLimit: LONGEST_WAIT })
export class ProcessOrderHandler implements Handler<typeof ProcessOrder> {
  private readonly skipped = metric(
    'waybill_sagas_skipped_total',
    (name) => new Counter({ name, help: 'Tasks to process an order that has its outcome already' }),
  );

  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly sagas: SagaStarter,
    private readonly slots: SagaSlots,
    private readonly logger: Logger,
  ) {}

  async handle({ orderId, attempt, paymentToken }: ProcessOrder, { signal }: HandlerContext): Promise<void> {
    const order = await this.inAttempt(orderId, attempt, paymentToken);
    if (!isTerminal(order.status)) return order.isChoreographed ? undefined : this.start(order, signal);
    this.skipped.inc();
    this.logger.info({ orderId, attempt, status: order.status }, 'nothing to process: the order has its outcome');
  }

  private async start(order: Order, signal: AbortSignal): Promise<void> {
    await this.slots.take(order, signal);
    try {
      await this.sagas.start(order);
    } catch (error) {
      this.slots.giveBack(order);
      throw error;
    }
  }

  /** The order in this attempt, which begins now if the one before it failed. */
  private async inAttempt(orderId: string, attempt: number, paymentToken?: string): Promise<Order> {
    const { autocommit } = this.database;
    let order = await this.orders.find(autocommit, orderId);
    if (order && order.attempt === attempt - 1) {
      const previous = order;
      await this.database.transaction((tx) => this.orders.beginNextAttempt(tx, previous, paymentToken));
      order = await this.orders.find(autocommit, orderId);
    }
    if (order?.attempt === attempt) return order;
    const reason = order ? `is in attempt ${order.attempt} and ${order.status}` : 'does not exist';
    throw new BusinessRejection(`attempt ${attempt} cannot begin: order ${orderId} ${reason}`);
  }
}
