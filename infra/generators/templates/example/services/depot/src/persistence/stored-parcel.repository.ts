import type { Tx } from '@waybill/outbox';

export class StoredParcelRepository {
  /** When it was stored; undefined when it was stored before, which stays as it is. */
  async insert(tx: Tx, parcelId: string, content: string, shelf: string): Promise<Date | undefined> {
    const { rows } = await tx.query<{ stored_at: Date }>(
      `INSERT INTO stored_parcels (parcel_id, content, shelf) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING stored_at`,
      [parcelId, content, shelf],
    );
    return rows[0]?.stored_at;
  }
}
