import { type Page, pageOf } from '@waybill/platform';
import type { PrismaClient } from './generated/client.js';

export interface EmailFilter {
  orderId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** Sent mails as the HTTP API shows them. */
export class EmailQueries {
  constructor(private readonly prisma: PrismaClient) {}

  async list({ orderId, limit, cursor }: EmailFilter): Promise<Page<object>> {
    const rows = await this.prisma.email.findMany({
      where: { sentAt: { not: null }, ...(orderId && { orderId }), ...(cursor && { id: { gt: BigInt(cursor) } }) },
      orderBy: { id: 'asc' },
      take: limit + 1,
      select: SHOWN,
    });
    return pageOf(
      rows,
      limit,
      ({ id }) => String(id),
      ({ id: _, ...email }) => email,
    );
  }
}

const SHOWN = { id: true, orderId: true, attempt: true, type: true, to: true, messageId: true, sentAt: true } as const;
