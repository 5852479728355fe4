import { type Page, pageOf } from '@waybill/platform';
import type { PrismaClient } from './generated/client.js';

export interface PaymentFilter {
  orderId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Payments, refused ones too, as the HTTP API shows them. */
export class PaymentQueries {
  constructor(private readonly prisma: PrismaClient) {}

  async list({ orderId, limit, cursor }: PaymentFilter): Promise<Page<object>> {
    const rows = await this.prisma.payment.findMany({
      where: { ...(orderId && { orderId }), ...(cursor && { paymentId: { gt: cursor } }) },
      orderBy: { paymentId: 'asc' },
      take: limit + 1,
      omit: { providerId: true },
    });
    return pageOf(
      rows,
      limit,
      ({ paymentId }) => paymentId,
      ({ reason, amount, ...payment }) => ({ ...payment, amount: Number(amount), ...(reason && { reason }) }),
    );
  }
}
