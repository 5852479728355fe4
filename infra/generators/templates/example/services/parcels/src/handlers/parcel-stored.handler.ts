import { ParcelStored } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { ParcelRepository } from '../persistence/parcel.repository.js';

@Handles(ParcelStored)
export class ParcelStoredHandler implements Handler<typeof ParcelStored> {
  constructor(private readonly parcels: ParcelRepository) {}

  async handle({ parcelId, shelf, storedAt }: ParcelStored, { tx }: HandlerContext): Promise<void> {
    await this.parcels.markStored(tx, parcelId, shelf, storedAt);
  }
}
