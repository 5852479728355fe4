import { InventoryReleased, ReleaseStock } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ClaimRepository } from '../persistence/claim.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';

/** Fine with 'was never reserved': the claim it notes then stops a reservation that comes later. */
@Handles(ReleaseStock)
export class ReleaseStockHandler implements Handler<typeof ReleaseStock> {
  constructor(
    private readonly claims: ClaimRepository,
    private readonly stock: StockRepository,
  ) {}

  async handle(attempt: ReleaseStock, { tx, outbox, reply }: HandlerContext): Promise<void> {
    const before = await this.claims.decideFirst(tx, attempt, 'released');
    if (before === 'reserved') {
      await this.stock.release(tx, attempt);
      await this.claims.change(tx, attempt, 'released');
      await outbox.add(tx, InventoryReleased.of(attempt));
    }
    await reply(attempt);
  }
}
