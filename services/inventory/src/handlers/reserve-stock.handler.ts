import { ReserveStock } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ReservationDecisionRepository } from '../persistence/reservation-decision.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';
import { reservationEvent, reserveStock } from '../usecases/reserve-stock.js';

/** A repeated task gets the same reply. */
@Handles(ReserveStock)
export class ReserveStockHandler implements Handler<typeof ReserveStock> {
  constructor(
    private readonly decisions: ReservationDecisionRepository,
    private readonly stock: StockRepository,
  ) {}

  async handle({ items, ...attempt }: ReserveStock, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const { decisions, stock } = this;
    const decision = await reserveStock({ decisions, stock }, tx, attempt, items);
    if ('before' in decision) return reply({ ...attempt, outcome: decision.before });

    await outbox.add(tx, reservationEvent(attempt, items, decision));
    await reply({ ...attempt, outcome: decision.outcome });
  }
}
