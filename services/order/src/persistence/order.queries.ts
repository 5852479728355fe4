import { type Page, pageOf } from '@waybill/platform';
import type { FailureReason, Order, OrderState, OrderStatus, PricedLine } from '../domain/order.js';
import type { PrismaClient } from './generated/client.js';
import type { OrderGetPayload } from './generated/models/Order.js';

export interface OrderFilter {
  customerId?: string | undefined;
  status?: OrderStatus | undefined;
  limit: number;
  cursor?: string | undefined;
}

export type OrderWithHistory = Order & { history: OrderState[] };

/** Orders as the HTTP API shows them. */
export class OrderQueries {
  constructor(private readonly prisma: PrismaClient) {}

  /** Undefined when there is no such order. */
  async find(orderId: string): Promise<OrderWithHistory | undefined> {
    const row = await this.prisma.order.findUnique({ where: { orderId }, include: WITH_HISTORY });
    return row ? toOrder(row) : undefined;
  }

  /** Newest first. */
  async list({ customerId, status, limit, cursor }: OrderFilter): Promise<Page<OrderWithHistory>> {
    const rows = await this.prisma.order.findMany({
      where: {
        ...(customerId && { customerId }),
        ...(status && { status }),
        ...(cursor && { orderId: { lt: cursor } }),
      },
      orderBy: { orderId: 'desc' },
      take: limit + 1,
      include: WITH_HISTORY,
    });
    return pageOf(rows, limit, (row) => row.orderId, toOrder);
  }
}

const WITH_HISTORY = { history: { orderBy: { seq: 'asc' } } } as const;

type OrderRow = OrderGetPayload<{ include: typeof WITH_HISTORY }>;

function toOrder(row: OrderRow): OrderWithHistory {
  return {
    orderId: row.orderId,
    attempt: row.attempt,
    status: row.status,
    ...(row.reason && { reason: row.reason as FailureReason }),
    customerId: row.customerId,
    email: row.email,
    paymentToken: row.paymentToken,
    ...(row.callbackUrl && { callbackUrl: row.callbackUrl }),
    items: row.items as unknown as PricedLine[],
    total: { amount: Number(row.totalAmount), currency: row.currency },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    isChoreographed: row.choreographedSince !== null,
    history: row.history.map(({ status, at, reason }) => ({ status, at, ...(reason && { reason }) })),
  };
}
