import { InventoryReserved } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { OrderFactsRepository } from '../persistence/order-facts.repository.js';

@Handles(InventoryReserved, { concurrent: true })
export class InventoryReservedHandler implements Handler<typeof InventoryReserved> {
  constructor(private readonly facts: OrderFactsRepository) {}

  async handle({ orderId, attempt }: InventoryReserved, { tx }: HandlerContext): Promise<void> {
    await this.facts.update(tx, { orderId, attempt, status: 'RESERVED' });
  }
}
