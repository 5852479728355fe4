import { ProcessOrder } from '@waybill/contracts';
import type { Handler } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { Sagas } from '../workflows/sagas.js';

/** Starts the saga of this attempt. Asked again, it finds it started: the workflow id is the judge. */
@Handles(ProcessOrder, { transaction: false })
export class ProcessOrderHandler implements Handler<typeof ProcessOrder> {
  constructor(private readonly sagas: Sagas) {}

  async handle(order: ProcessOrder): Promise<void> {
    await this.sagas.start(order);
  }
}
