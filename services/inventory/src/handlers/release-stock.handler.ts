import { InventoryReleased, ReleaseStock } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ReservationDecisionRepository } from '../persistence/reservation-decision.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';

/** Also valid before the reservation: the recorded decision then rejects a reservation that arrives later. */
@Handles(ReleaseStock)
export class ReleaseStockHandler implements Handler<typeof ReleaseStock> {
  constructor(
    private readonly decisions: ReservationDecisionRepository,
    private readonly stock: StockRepository,
  ) {}

  async handle(attempt: ReleaseStock, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const before = await this.decisions.recordFirst(tx, attempt, 'released');
    if (before === 'reserved') {
      await this.stock.release(tx, attempt);
      await this.decisions.update(tx, attempt, 'released');
      await outbox.add(tx, InventoryReleased.of(attempt));
    }
    await reply(attempt);
  }
}
