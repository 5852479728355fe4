import { Injectable } from '@nestjs/common';
import { type FailureReason, InventoryReleased, ShipmentCancelled } from '@waybill/contracts';
import type { HandlerContext } from '@waybill/messaging';
import type { Tx } from '@waybill/outbox';
import type { Attempt } from '../domain/attempt.js';
import { ReservationDecisionRepository } from '../persistence/reservation-decision.repository.js';
import { ShipmentRepository } from '../persistence/shipment.repository.js';
import { StockRepository } from '../persistence/stock.repository.js';
import { cancelShipment } from '../usecases/cancel-shipment.js';
import { releaseStock } from '../usecases/release-stock.js';

type Outbox = HandlerContext['outbox'];

/** Inventory's compensations in a choreographed saga. Each is idempotent, and stops its step when it comes first. */
@Injectable()
export class UndoSteps {
  constructor(
    private readonly decisions: ReservationDecisionRepository,
    private readonly stock: StockRepository,
    private readonly shipments: ShipmentRepository,
  ) {}

  /** Tells order that the attempt is undone, once. What was out of stock has ended by InventoryRejected. */
  async reservation(tx: Tx, outbox: Outbox, attempt: Attempt, reason?: FailureReason): Promise<void> {
    const before = await releaseStock({ decisions: this.decisions, stock: this.stock }, tx, attempt);
    if (before === 'released' || before === 'out-of-stock') return;
    await outbox.add(tx, InventoryReleased.of({ ...attempt, saga: 'choreography', reason }));
  }

  async shipment(tx: Tx, outbox: Outbox, attempt: Attempt): Promise<void> {
    const shipmentId = await cancelShipment(this.shipments, tx, attempt);
    if (shipmentId) await outbox.add(tx, ShipmentCancelled.of({ ...attempt, shipmentId }));
  }
}
