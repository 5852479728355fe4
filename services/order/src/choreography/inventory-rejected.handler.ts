import { InventoryRejected, isChoreographed } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { EndUndoneOrder } from './end-undone-order.js';

/** Step 1 was not possible, and there is nothing to undo. */
@Handles(InventoryRejected, { filter: isChoreographed })
export class InventoryRejectedHandler implements Handler<typeof InventoryRejected> {
  constructor(private readonly undone: EndUndoneOrder) {}

  async handle(attempt: InventoryRejected, { tx }: HandlerContext): Promise<void> {
    await this.undone.end(tx, attempt, 'OUT_OF_STOCK');
  }
}
