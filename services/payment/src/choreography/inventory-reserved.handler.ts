import { InventoryReserved } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { chargePayment } from '../usecases/charge-payment.js';
import { PaymentDeps } from '../usecases/payment-deps.js';
import { orPostpone } from './or-postpone.js';

/**
 * Step 2: charges. Next: inventory creates the shipment or releases the stock. It asks a provider without an answer again
 * until the attempt is aborted: order has the deadline.
 */
@Handles(InventoryReserved, { transaction: false, filter: ({ charge }) => charge !== undefined })
export class InventoryReservedHandler implements Handler<typeof InventoryReserved> {
  constructor(private readonly deps: PaymentDeps) {}

  async handle({ orderId, attempt, saga, charge }: InventoryReserved, { message }: HandlerContext): Promise<void> {
    const { customerId, total, paymentToken } = charge!;
    const request = { orderId, attempt, ...(saga && { saga }), customerId, paymentToken, ...total };
    await orPostpone(message, () => chargePayment(this.deps, request));
  }
}
