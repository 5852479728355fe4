import { ParcelStored, StoreParcel } from '@waybill/contracts';
import type { Handler, HandlerContext } from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { shelfOf } from '../domain/shelf.js';
import { StoredParcelRepository } from '../persistence/stored-parcel.repository.js';

/** The row and its event are one commit, made once however often the task arrives. */
@Handles(StoreParcel)
export class StoreParcelHandler implements Handler<typeof StoreParcel> {
  constructor(private readonly parcels: StoredParcelRepository) {}

  async handle({ parcelId, content }: StoreParcel, { tx, outbox }: HandlerContext): Promise<void> {
    const shelf = shelfOf(parcelId);
    const storedAt = await this.parcels.insert(tx, parcelId, content, shelf);
    if (!storedAt) return; // another task, perhaps long after the inbox forgot the first one
    await outbox.add(tx, ParcelStored.of({ parcelId, shelf, storedAt: storedAt.toISOString() }));
  }
}
