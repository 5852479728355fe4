import { InventoryRejected, InventoryReserved, ReserveStock } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { reserve } from '../domain/reservation.js';
import { ReservationDecisionRepository } from '../persistence/reservation-decision.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';

/** Idempotent per attempt: a repeated task gets the same reply and reserves nothing more; after a release it reserves nothing. */
@Handles(ReserveStock)
export class ReserveStockHandler implements Handler<typeof ReserveStock> {
  constructor(
    private readonly decisions: ReservationDecisionRepository,
    private readonly stock: StockRepository,
  ) {}

  async handle({ items, ...attempt }: ReserveStock, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const before = await this.decisions.recordFirst(tx, attempt, 'reserved');
    if (before) return reply({ ...attempt, outcome: before });

    const shelf = await this.stock.lockShelf(
      tx,
      items.map(({ sku }) => sku),
    );
    const decision = reserve(shelf, items);
    if (decision.outcome === 'reserved') {
      await this.stock.reserve(tx, attempt, items);
      await outbox.add(tx, InventoryReserved.of({ ...attempt, items }));
    } else {
      await this.decisions.update(tx, attempt, 'out-of-stock');
      await outbox.add(tx, InventoryRejected.of({ ...attempt, shortages: decision.shortages }));
    }
    await reply({ ...attempt, outcome: decision.outcome });
  }
}
