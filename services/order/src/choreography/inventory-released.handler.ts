import { InventoryReleased, isChoreographed } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { EndUndoneOrder } from './end-undone-order.js';

/** The last compensation: payment undid its step before. */
@Handles(InventoryReleased, { filter: isChoreographed })
export class InventoryReleasedHandler implements Handler<typeof InventoryReleased> {
  constructor(private readonly undone: EndUndoneOrder) {}

  async handle({ reason, ...attempt }: InventoryReleased, { tx }: HandlerContext): Promise<void> {
    await this.undone.end(tx, attempt, reason ?? 'TIMED_OUT'); // an aborted order has its reason
  }
}
