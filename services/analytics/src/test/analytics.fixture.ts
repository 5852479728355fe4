import {
  InventoryReserved,
  OrderCancelled,
  OrderConfirmed,
  OrderCreated,
  OrderDelivered,
  OrderFailed,
  OrderShipped,
  PaymentCharged,
  PaymentRefunded,
} from '@waybill/contracts';
import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { ServiceBench, type ServiceSettings, type TestContract } from '@waybill/testing';
import { AnalyticsModule } from '../analytics.module.js';

/** The service as its main runs it. */
export const startAnalytics = () => ServiceBench.of(start);

export async function start(settings: ServiceSettings) {
  await migrateService({ url: settings.DATABASE_URL, folder: new URL('../../', import.meta.url) });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const app = await createApp(AnalyticsModule.with(settings, logger), logger);
  await connectMessaging(app);
  return app.init();
}

export type Analytics = Awaited<ReturnType<typeof startAnalytics>>;

export interface Summary {
  orders: Record<string, number>;
  revenue: { amount: number; currency: string };
  refunds: { amount: number; currency: string };
  otherCurrencies: { revenue: { amount: number; currency: string } }[];
  topSkus: { sku: string; quantity: number }[];
  latencies: Record<string, { p50: number | null; p95: number | null; p99: number | null }>;
}

export const summary = (analytics: Analytics) => analytics.get<Summary>('/analytics/summary');

const CREATED = Date.parse('2026-01-02T12:00:00.000Z');
const after = (seconds: number) => new Date(CREATED + seconds * 1_000).toISOString();

/**
 * The events of one order, published in the order that a test wants. It is confirmed 2 s, shipped 60 s and delivered 120 s
 * after its creation, or fails after 5 s. The same id again is the same event again.
 */
export class OrderTimeline {
  readonly orderId = crypto.randomUUID();
  private readonly order;

  constructor(
    private readonly analytics: Analytics,
    { amount = 2_500, currency = 'EUR', quantity = 2, sku = 'BOOK-001' } = {},
  ) {
    this.order = {
      orderId: this.orderId,
      attempt: 1,
      customerId: 'cus_1',
      email: 'ada@example.com',
      items: [{ sku, name: 'Middlemarch', quantity, unitPrice: amount / quantity }],
      total: { amount, currency },
      createdAt: after(0),
    };
  }

  private get payment() {
    return { orderId: this.orderId, attempt: 1, paymentId: 'pay_1', total: this.order.total };
  }

  created = (id?: string) => this.publish(OrderCreated, this.order, id);
  reserved = (id?: string) => this.publish(InventoryReserved, this.order, id);
  charged = (id?: string) => this.publish(PaymentCharged, this.payment, id);
  confirmed = (id?: string) => this.publish(OrderConfirmed, { ...this.order, confirmedAt: after(2) }, id);
  shipped = (id?: string) => this.publish(OrderShipped, { ...this.order, shippedAt: after(60) }, id);
  delivered = (id?: string) => this.publish(OrderDelivered, { ...this.order, deliveredAt: after(120) }, id);
  cancelled = (id?: string) => this.publish(OrderCancelled, { ...this.order, cancelledAt: after(3) }, id);
  refunded = (id?: string) => this.publish(PaymentRefunded, this.payment, id);
  /** Of the second attempt. */
  refundedAgain = (id?: string) => this.publish(PaymentRefunded, { ...this.payment, attempt: 2 }, id);
  failed = (id?: string) =>
    this.publish(OrderFailed, { ...this.order, failedAt: after(5), reason: 'PAYMENT_DECLINED' }, id);
  /** By the second attempt. */
  reservedAgain = () => this.publish(InventoryReserved, { ...this.order, attempt: 2 });

  /** Resolves when the service has handled the event, so that the next one really comes after it. */
  private async publish<Body>(contract: TestContract<Body>, body: Body, id?: string): Promise<string> {
    const topic = contract.destination.name;
    const before = await this.analytics.handled(topic);
    const sent = await this.analytics.kafka.publish(contract, body, id ? { id } : {});
    await this.analytics.untilHandled(topic, before + 1);
    return sent;
  }
}
