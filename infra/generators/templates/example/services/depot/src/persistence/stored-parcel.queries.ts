import { type Page, pageOf } from '@waybill/platform';
import type { PrismaClient } from './generated/client.js';

export interface StoredParcelFilter {
  shelf?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** What is on the shelves, as the HTTP API shows it. */
export class StoredParcelQueries {
  constructor(private readonly prisma: PrismaClient) {}

  /** Oldest first: ids are UUIDv7. */
  async list({ shelf, limit, cursor }: StoredParcelFilter): Promise<Page<object>> {
    const rows = await this.prisma.storedParcel.findMany({
      where: { ...(shelf && { shelf }), ...(cursor && { parcelId: { gt: cursor } }) },
      orderBy: { parcelId: 'asc' },
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ parcelId }) => parcelId,
      (parcel) => parcel,
    );
  }
}
