import { InventoryRejected, InventoryReserved, ReserveStock } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { reserve } from '../domain/reservation.js';
import { ClaimRepository } from '../persistence/claim.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';

/** Asked again for the same attempt, it reserves nothing more and gives the same answer; after a release it reserves nothing. */
@Handles(ReserveStock)
export class ReserveStockHandler implements Handler<typeof ReserveStock> {
  constructor(
    private readonly claims: ClaimRepository,
    private readonly stock: StockRepository,
  ) {}

  async handle({ items, ...attempt }: ReserveStock, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const before = await this.claims.decideFirst(tx, attempt, 'reserved');
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
      await this.claims.change(tx, attempt, 'out-of-stock');
      await outbox.add(tx, InventoryRejected.of({ ...attempt, shortages: decision.shortages }));
    }
    await reply({ ...attempt, outcome: decision.outcome });
  }
}
