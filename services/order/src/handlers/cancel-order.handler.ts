import { CancelOrder } from '@waybill/contracts';
import type { Handler } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { sagaId } from '../domain/order.js';
import { ReplyWaiters } from '../workflows/reply-waiters.js';
import { Sagas } from '../workflows/sagas.js';

@Handles(CancelOrder, { transaction: false })
export class CancelOrderHandler implements Handler<typeof CancelOrder> {
  constructor(
    private readonly sagas: Sagas,
    private readonly waiters: ReplyWaiters,
  ) {}

  async handle(attempt: CancelOrder): Promise<void> {
    this.waiters.release(sagaId(attempt));
    await this.sagas.cancel(sagaId(attempt));
  }
}
