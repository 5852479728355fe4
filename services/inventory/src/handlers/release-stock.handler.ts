import { InventoryReleased, ReleaseStock } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ReservationDecisionRepository } from '../persistence/reservation-decision.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';
import { releaseStock } from '../usecases/release-stock.js';

@Handles(ReleaseStock)
export class ReleaseStockHandler implements Handler<typeof ReleaseStock> {
  constructor(
    private readonly decisions: ReservationDecisionRepository,
    private readonly stock: StockRepository,
  ) {}

  async handle(attempt: ReleaseStock, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const { decisions, stock } = this;
    const before = await releaseStock({ decisions, stock }, tx, attempt);
    if (before === 'reserved') await outbox.add(tx, InventoryReleased.of(attempt));
    await reply(attempt);
  }
}
