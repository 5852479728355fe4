import type { Parcel } from '../domain/parcel.js';
import type { Parcel as ParcelRow, PrismaClient } from './generated/client.js';

/** Parcels as the HTTP API shows them. */
export class ParcelQueries {
  constructor(private readonly prisma: PrismaClient) {}

  async find(parcelId: string): Promise<Parcel | undefined> {
    const row = await this.prisma.parcel.findUnique({ where: { parcelId } });
    return row ? toParcel(row) : undefined;
  }
}

const toParcel = ({ parcelId, content, acceptedAt, shelf, storedAt }: ParcelRow): Parcel => ({
  parcelId,
  content,
  acceptedAt,
  ...(shelf && storedAt && { stored: { shelf, at: storedAt } }),
});
