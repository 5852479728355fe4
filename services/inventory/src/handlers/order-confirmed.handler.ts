import { OrderConfirmed } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { traceHeaders } from '@waybill/platform';
import { ShipmentRepository } from '../persistence/shipment.repository.js';
import { CarrierTimes } from '../usecases/carrier.js';

/** The carrier picks up confirmed orders only. */
@Handles(OrderConfirmed)
export class OrderConfirmedHandler implements Handler<typeof OrderConfirmed> {
  constructor(
    private readonly shipments: ShipmentRepository,
    private readonly times: CarrierTimes,
  ) {}

  async handle(order: OrderConfirmed, { tx }: HandlerContext): Promise<void> {
    await this.shipments.scheduleDispatch(tx, order, this.times.dispatchAfter, traceHeaders().traceparent);
  }
}
