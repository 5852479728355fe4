import { InventoryReserved, isChoreographed } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderRepository } from '../persistence/order.repository.js';

/** After step 1. Payment takes step 2. */
@Handles(InventoryReserved, { filter: isChoreographed })
export class InventoryReservedHandler implements Handler<typeof InventoryReserved> {
  constructor(private readonly orders: OrderRepository) {}

  async handle(attempt: InventoryReserved, { tx }: HandlerContext): Promise<void> {
    await this.orders.move(tx, attempt, 'RESERVED');
  }
}
