import { Injectable } from '@nestjs/common';
import { MessageOutbox } from '@waybill/messaging';
import { Database, seal } from '@waybill/platform';
import type { Order } from '../domain/order.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { orderAborted, orderProcessingStarted } from '../usecases/order-messages.js';
import type { SagaStarter } from '../usecases/saga-starter.js';

/** That of the payment service, which opens what is sealed with it. */
export class PaymentTokenKey {
  constructor(readonly value: string) {}
}

/** Begins sagas that nobody runs: the first event is published, and each service reacts to the one before its step. */
@Injectable()
export class ChoreographedSagas implements SagaStarter {
  constructor(
    private readonly database: Database,
    private readonly orders: OrderRepository,
    private readonly outbox: MessageOutbox,
    private readonly paymentTokenKey: PaymentTokenKey,
  ) {}

  /** One per attempt: starting it again changes nothing. An order that was cancelled meanwhile takes the way back at once. */
  async start({ orderId, attempt }: Order): Promise<void> {
    await this.database.transaction(async (tx) => {
      const order = await this.orders.beginChoreography(tx, { orderId, attempt });
      if (!order) return;
      const isOpen = await this.orders.isOpen(tx, order);
      const token = seal(order.paymentToken, this.paymentTokenKey.value, orderId);
      await this.outbox.add(tx, isOpen ? orderProcessingStarted(order, token) : orderAborted(order));
    });
  }
}
