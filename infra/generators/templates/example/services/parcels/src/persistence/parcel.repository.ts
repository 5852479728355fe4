import type { Tx } from '@waybill/outbox';
import type { NewParcel } from '../domain/parcel.js';

export class ParcelRepository {
  async insert(tx: Tx, { parcelId, content }: NewParcel): Promise<void> {
    await tx.query('INSERT INTO parcels (parcel_id, content) VALUES ($1, $2)', [parcelId, content]);
  }

  /** Changes nothing when it is stored already: the first event says where. */
  async markStored(tx: Tx, parcelId: string, shelf: string, at: string): Promise<void> {
    await tx.query('UPDATE parcels SET shelf = $2, stored_at = $3 WHERE parcel_id = $1 AND stored_at IS NULL', [
      parcelId,
      shelf,
      at,
    ]);
  }
}
