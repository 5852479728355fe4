import { OrderProcessingStarted } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ReservationDecisionRepository } from '../persistence/reservation-decision.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';
import { reservationEvent, reserveStock } from '../usecases/reserve-stock.js';

/** Step 1: reserves the items. Next: payment charges, or order fails. */
@Handles(OrderProcessingStarted)
export class OrderProcessingStartedHandler implements Handler<typeof OrderProcessingStarted> {
  constructor(
    private readonly decisions: ReservationDecisionRepository,
    private readonly stock: StockRepository,
  ) {}

  async handle({ items, charge, ...attempt }: OrderProcessingStarted, { tx, outbox }: HandlerContext): Promise<void> {
    const { decisions, stock } = this;
    const decision = await reserveStock({ decisions, stock }, tx, attempt, items);
    if (!('before' in decision)) await outbox.add(tx, reservationEvent(attempt, items, decision, charge));
  }
}
