import { type Page, pageOf } from '@waybill/platform';
import type { PrismaClient } from './generated/client.js';

interface PageQuery {
  limit: number;
  cursor?: string | undefined;
}

export interface ReservationFilter extends PageQuery {
  orderId?: string | undefined;
  status?: 'OPEN' | 'SHIPPED' | 'RELEASED' | undefined;
}

/** Stock, reservations and shipments as the HTTP API shows them. */
export class InventoryQueries {
  constructor(private readonly prisma: PrismaClient) {}

  async products({ limit, cursor }: PageQuery) {
    const rows = await this.prisma.product.findMany({
      where: cursor ? { sku: { gt: cursor } } : {},
      orderBy: { sku: 'asc' },
      take: limit + 1,
    });
    return pageOf(rows, limit, ({ sku }) => sku, productView);
  }

  /** Undefined when there is no such product. */
  async product(sku: string) {
    const row = await this.prisma.product.findUnique({ where: { sku } });
    return row ? productView(row) : undefined;
  }

  async reservations({ orderId, status, limit, cursor }: ReservationFilter): Promise<Page<object>> {
    const rows = await this.prisma.reservation.findMany({
      where: { ...(orderId && { orderId }), ...(status && { status }), ...(cursor && { id: { gt: BigInt(cursor) } }) },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ id }) => String(id),
      ({ id: _, ...reservation }) => reservation,
    );
  }

  async shipments({ orderId, limit, cursor }: PageQuery & { orderId?: string | undefined }): Promise<Page<object>> {
    const rows = await this.prisma.shipment.findMany({
      where: { ...(orderId && { orderId }), ...(cursor && { shipmentId: { gt: cursor } }) },
      orderBy: { shipmentId: 'asc' },
      take: limit + 1,
    });
    return pageOf(
      rows,
      limit,
      ({ shipmentId }) => shipmentId,
      (shipment) => shipment,
    );
  }
}

interface ProductRow {
  sku: string;
  name: string;
  unitPriceAmount: bigint;
  currency: string;
  initial: number;
  onHand: number;
  reserved: number;
  shipped: number;
}

function productView({ unitPriceAmount, currency, ...product }: ProductRow) {
  return {
    ...product,
    unitPrice: { amount: Number(unitPriceAmount), currency },
    available: product.onHand - product.reserved,
  };
}
