import { Injectable } from '@nestjs/common';
import type { FailureReason } from '@waybill/contracts';
import { MessageOutbox } from '@waybill/messaging';
import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/order.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { endCancelledOrder, failOrder } from '../usecases/end-order.js';

/** Ends an order of which no step is left. */
@Injectable()
export class EndUndoneOrder {
  constructor(
    private readonly orders: OrderRepository,
    private readonly outbox: MessageOutbox,
  ) {}

  /** It fails for this reason, unless another outcome was decided before. */
  async end(tx: Tx, attempt: Attempt, reason: FailureReason): Promise<void> {
    const { orders, outbox } = this;
    const outcome = await orders.decide(tx, attempt, 'FAILED', reason);
    if (outcome === 'FAILED') await failOrder({ orders, outbox }, tx, attempt, reason);
    if (outcome === 'CANCELLED') await endCancelledOrder({ orders, outbox }, tx, attempt);
  }
}
